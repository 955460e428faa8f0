import {
  type CodedReason,
  coded,
  messageOf,
  type Reason,
  storedReason,
} from "../../platform/errors.ts";
import {
  isOpeningStage,
  type SmtpFault,
  type SmtpOutcome,
  type SmtpReply,
  type SmtpStage,
} from "../types.ts";

/** The SMTP dialogue failed. The message was certainly not delivered, unless the dot had been written. */
export class SmtpFailure extends Error {
  readonly stage: SmtpStage;
  readonly fault: SmtpFault;
  /** The message, or the reason that it words. */
  readonly said: string | Reason;
  /** Steady ms. Set when nothing was tried because of a recent failure: do not retry before this time. */
  retryAt?: number;

  constructor(stage: SmtpStage, fault: SmtpFault, said: string | Reason, cause?: unknown) {
    super(typeof said === "string" ? said : said.text, cause === undefined ? {} : { cause });
    this.name = "SmtpFailure";
    this.stage = stage;
    this.fault = fault;
    this.said = said;
  }

  /** The code and values of the message, for a client that words it itself. */
  get why(): CodedReason | undefined {
    return typeof this.said === "string" ? undefined : coded(this.said);
  }
}

/** The server refused (4xx or 5xx) before the dot of a message was written. */
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

/** The caller cancelled the message. */
export class SmtpAbandoned extends Error {
  constructor() {
    super("cancelled by the caller");
    this.name = "SmtpAbandoned";
  }
}

/** What an error says, as a value of another reason. */
export function innerFault(error: unknown): string {
  return error instanceof SmtpFailure && error.why !== undefined
    ? storedReason(error.why)
    : messageOf(error);
}

/** The reply in the form in which the server sent it: `550 5.1.1 User unknown`. */
export function formatReply(reply: SmtpReply): string {
  return [String(reply.code), reply.enhanced, reply.text].filter((part) => part !== "").join(" ");
}

/** True when the server ended the connection before the dot: it replied 421, closed it or stopped answering. */
export function endsConnection(outcome: SmtpOutcome): boolean {
  return outcome.kind === "refused"
    ? outcome.reply.code === 421
    : outcome.kind === "broken" && (outcome.fault === "connection" || outcome.fault === "timeout");
}

/**
 * True when the server did not take a message at all: there was no session, or it ended at MAIL. (A 421 at MAIL on a
 * reused connection never becomes an outcome, because the message is sent again on a new one.)
 */
export function isRefusedConnection(outcome: SmtpOutcome): boolean {
  const hasStage = outcome.kind === "refused" || outcome.kind === "broken";
  return (
    hasStage &&
    (isOpeningStage(outcome.stage) ||
      ((outcome.stage === "mail" || outcome.stage === "rset") && endsConnection(outcome)))
  );
}

/** Why a message was not sent, in the server's words or ours; empty when it was sent. */
export function reasonOf(outcome: SmtpOutcome): string {
  if (outcome.kind === "refused") {
    return formatReply(outcome.reply);
  }
  return outcome.kind === "broken" || outcome.kind === "ambiguous" ? outcome.error : "";
}

/**
 * Converts an error before the dot to the outcome of the message.
 *
 * @throws the error itself if this module did not create it, because a bug must not look like a bounce.
 */
export function outcomeOfError(error: unknown, host: string, durationMs: number): SmtpOutcome {
  if (error instanceof SmtpAbandoned) {
    return { kind: "abandoned" };
  }
  if (error instanceof SmtpRefusal) {
    return { kind: "refused", stage: error.stage, reply: error.reply, host, durationMs };
  }
  if (error instanceof SmtpFailure) {
    const { stage, fault, message, why, retryAt } = error;
    return {
      ...{ kind: "broken", stage, fault, error: message, host, durationMs },
      ...(why === undefined ? {} : { why }),
      ...(retryAt === undefined ? {} : { retryAt }),
    };
  }
  throw error;
}
