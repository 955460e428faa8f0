import pino from "pino";

/** What LOG_LEVEL takes, the usual one first. */
export const LOG_LEVELS: [string, ...string[]] = [
  "info",
  "trace",
  "debug",
  "warn",
  "error",
  "fatal",
  "silent",
];

// Made before the environment is checked: any other word is refused there, with a sentence.
const asked = process.env["LOG_LEVEL"] ?? "";

/**
 * The process log: one JSON object a line on stdout, no personal data (no
 * addresses, no names, no tokens: log ids). `transport` is not used because its
 * worker file does not exist inside the compiled binary.
 */
export const log = pino({
  level: LOG_LEVELS.includes(asked) ? asked : LOG_LEVELS[0],
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
});
