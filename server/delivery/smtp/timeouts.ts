/** Time-outs per stage, in milliseconds. */
export type SmtpTimeouts = {
  /** For the TCP connection and for the TLS handshake, each. */
  connectMs: number;
  greetingMs: number;
  heloMs: number;
  authMs: number;
  mailMs: number;
  rcptMs: number;
  /** For the reply to DATA. */
  dataMs: number;
  /** Longest time without progress while the body is being written. */
  transferMs: number;
  /** For the reply to the terminating dot. */
  dotMs: number;
  quitMs: number;
};

/**
 * From RFC 5321 §4.5.3.2 and the defaults of Postfix. The final reply gets the full 600 s, because giving up early
 * there leads to duplicates (RFC 1047).
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
 * For a single message that a person is waiting for. If the server is slower than this, the failure is reported to the
 * sender or a job retries the message; no other message waits for it. After the dot the message counts as sent, so a
 * time-out there causes no duplicate.
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
