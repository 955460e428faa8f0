/** How long to wait for a server, in milliseconds per stage. */
export type SmtpTimeouts = {
  /** TCP connection and TLS handshake, each. */
  connectMs: number;
  greetingMs: number;
  heloMs: number;
  authMs: number;
  mailMs: number;
  rcptMs: number;
  /** Reply to DATA. */
  dataMs: number;
  /** Without any progress while the body is being written. */
  transferMs: number;
  /** Reply to the terminating dot. */
  dotMs: number;
  quitMs: number;
};

/**
 * RFC 5321 §4.5.3.2 and what Postfix ships. The final reply keeps its 600 s: giving up early on it is
 * how messages get delivered twice (RFC 1047).
 */
export const smtpTimeouts: SmtpTimeouts = {
  connectMs: 30_000,
  greetingMs: 300_000,
  heloMs: 300_000,
  authMs: 120_000,
  mailMs: 300_000,
  rcptMs: 300_000,
  dataMs: 120_000,
  transferMs: 180_000,
  dotMs: 600_000,
  quitMs: 3_000,
};

/**
 * For one message to one person who waits for it: a server that is this slow is told to the sender, or tried
 * again by a job, and nothing else waits for it. After the dot a message counts as sent, so nobody gets it twice.
 */
export const oneOffTimeouts: SmtpTimeouts = {
  connectMs: 10_000,
  greetingMs: 10_000,
  heloMs: 10_000,
  authMs: 15_000,
  mailMs: 15_000,
  rcptMs: 15_000,
  dataMs: 15_000,
  transferMs: 15_000,
  dotMs: 30_000,
  quitMs: 1_000,
};
