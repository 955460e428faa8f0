import type { SmtpFault, SmtpOutcome, SmtpReply, SmtpStage } from "../types.ts";

/** The dialogue cannot go on; certainly nothing was delivered, unless the dot had been written. */
export class SmtpFailure extends Error {
  readonly stage: SmtpStage;
  readonly fault: SmtpFault;
  /** Unix ms. Set when nothing was tried because it failed a moment ago: not before this. */
  retryAt?: number;

  constructor(stage: SmtpStage, fault: SmtpFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "SmtpFailure";
    this.stage = stage;
    this.fault = fault;
  }
}

/** The server said no (4xx or 5xx) before any message was under way. */
export class SmtpRefusal extends Error {
  readonly stage: SmtpStage;
  readonly reply: SmtpReply;

  constructor(stage: SmtpStage, reply: SmtpReply) {
    super(formatReply(reply));
    this.name = "SmtpRefusal";
    this.stage = stage;
    this.reply = reply;
  }
}

/** The caller took the message back. */
export class SmtpAbandoned extends Error {
  constructor() {
    super("taken back by the caller");
    this.name = "SmtpAbandoned";
  }
}

/** The reply as the server put it: `550 5.1.1 User unknown`. */
export function formatReply(reply: SmtpReply): string {
  return [String(reply.code), reply.enhanced, reply.text].filter((part) => part !== "").join(" ");
}

/**
 * What an error before the dot means for the message.
 *
 * @throws the error itself when it is not one of this module's: a bug must not look like a bounce.
 */
export function outcomeOfError(error: unknown, host: string, durationMs: number): SmtpOutcome {
  if (error instanceof SmtpAbandoned) {
    return { kind: "abandoned" };
  }
  if (error instanceof SmtpRefusal) {
    return { kind: "refused", stage: error.stage, reply: error.reply, host, durationMs };
  }
  if (error instanceof SmtpFailure) {
    const { stage, fault, message, retryAt } = error;
    const later = retryAt === undefined ? {} : { retryAt };
    return { kind: "broken", stage, fault, error: message, host, durationMs, ...later };
  }
  throw error;
}
