import pino from "pino";

/** The valid values of LOG_LEVEL; the default is first. */
export const LOG_LEVELS: [string, ...string[]] = [
  "info",
  "trace",
  "debug",
  "warn",
  "error",
  "fatal",
  "silent",
];

// This runs before the environment is validated, which reports an invalid value.
const asked = process.env["LOG_LEVEL"] ?? "";

/**
 * The process log: one JSON object per line on stdout. No personal data (addresses, names, tokens); log ids instead.
 * `transport` is not used, because its worker file does not exist in the compiled binary.
 */
export const log = pino({
  level: LOG_LEVELS.includes(asked) ? asked : LOG_LEVELS[0],
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
});
