import pino from "pino";

/**
 * The process log: one JSON object a line on stdout, no personal data (no
 * addresses, no names, no tokens: log ids). `transport` is not used because its
 * worker file does not exist inside the compiled binary.
 */
export const log = pino({
  level: process.env["LOG_LEVEL"] ?? "info",
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
});
