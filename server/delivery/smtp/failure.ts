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

/** Before these are over there is no session: what fails here is the server, not the message. */
const opening: ReadonlySet<SmtpStage> = new Set([
  "dns",
  "connect",
  "greeting",
  "ehlo",
  "starttls",
  "auth",
]);

/** True when the server ended the connection before the dot: it said so (421), hung up or fell silent. */
export function endsConnection(outcome: SmtpOutcome): boolean {
  return outcome.kind === "refused"
    ? outcome.reply.code === 421
    : outcome.kind === "broken" && (outcome.fault === "connection" || outcome.fault === "timeout");
}

/**
 * True when the server did not come as far as to take a message: no session, or one that ended at MAIL. (On a
 * connection that has carried others a 421 at MAIL is no outcome: the message goes on a new one.)
 */
export function isRefusedConnection(outcome: SmtpOutcome): boolean {
  const hasStage = outcome.kind === "refused" || outcome.kind === "broken";
  return (
    hasStage &&
    (opening.has(outcome.stage) ||
      ((outcome.stage === "mail" || outcome.stage === "rset") && endsConnection(outcome)))
  );
}

/** Why a message did not go, in the server's words or ours; empty when it did. */
export function reasonOf(outcome: SmtpOutcome): string {
  if (outcome.kind === "refused") {
    return formatReply(outcome.reply);
  }
  return outcome.kind === "broken" || outcome.kind === "ambiguous" ? outcome.error : "";
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
