import { because, coded } from "../../platform/errors.ts";
import type { Rendered, SmtpOutcome, SmtpStage } from "../types.ts";
import type { Capabilities } from "./capabilities.ts";
import { outcomeOfError, SmtpFailure, SmtpRefusal } from "./failure.ts";
import type { ParsedReply } from "./reply-parser.ts";
import type { SmtpTimeouts } from "./timeouts.ts";
import { bareReply, type Wire } from "./wire.ts";

/** The part of `Rendered` that is sent; `bytes` are dot-stuffed and end in CRLF. */
export type Envelope = Pick<
  Rendered,
  "envelopeFrom" | "envelopeTo" | "bytes" | "needsSmtpUtf8" | "needs8bit"
> &
  Partial<Pick<Rendered, "messageId">>;

export type SendOptions = {
  /** Records durably that the dot is about to be written. When it rejects, the dot is never written. */
  beforeDot: () => Promise<void>;
  /** Called right before MAIL. When it returns false, no command is sent and the outcome is `abandoned`. */
  isStillWanted?: (() => boolean) | undefined;
  /** Cancels the message as long as the dot has not been written. */
  signal?: AbortSignal | undefined;
  /**
   * Called right before the dot is written. Returns the next message for this connection, if one is waiting and it
   * `fits` the server. Its envelope is then sent in the same write as the dot (RFC 2920 §3.1).
   */
  chain?: ((fits: (message: Envelope) => boolean) => Envelope | undefined) | undefined;
};

/** The connection that a transaction runs on, and its state. */
export type TransactionConnection = {
  wire: Wire;
  capabilities: Capabilities;
  timeouts: SmtpTimeouts;
  host: string;
  /** Whether commands may be pipelined (RFC 2920). */
  pipelining: boolean;
  /** The last transaction was not completed: RSET must be sent before MAIL. */
  needsReset: boolean;
  /** This server needs RSET after a refused MAIL too, although no transaction was started. */
  resetsAfterMail: boolean;
  /** At least one message has been tried on this connection. */
  isUsed: boolean;
  /** The message whose MAIL, RCPT and DATA were sent together with the previous dot. Nothing else may be sent next. */
  chained: Envelope | undefined;
  /** Called when the server failed at pipelined commands. */
  onPipeliningBroken: () => void;
  /** Called when the server rejected a MAIL as nested although it had refused the previous MAIL. */
  onNestedMail: () => void;
};

/**
 * Sends one message. After a refusal the connection stays usable; after any other failure it is closed.
 *
 * Nothing is delivered before the terminating dot, and the dot is written only after `beforeDot` has resolved. With
 * any outcome other than `accepted`, `ambiguous` and a refusal at `dot`, the message was certainly not delivered.
 */
export async function sendMessage(
  line: TransactionConnection,
  message: Envelope,
  options: SendOptions,
): Promise<SmtpOutcome> {
  const startedAt = performance.now();
  const tookMs = () => Math.round(performance.now() - startedAt);
  const takeBack = () => line.wire.abandon();
  options.signal?.addEventListener("abort", takeBack);
  const isBegun = line.chained === message;
  line.chained = undefined;
  try {
    if (options.signal?.aborted || (!isBegun && options.isStillWanted?.() === false)) {
      if (isBegun) {
        // DATA was already sent, so the server waits for a body. Only closing the connection ends that.
        line.wire.abandon();
      }
      return { kind: "abandoned" };
    }
    refuseUnsendable(line, message);
    await openEnvelope(line, message, isBegun);
    await line.wire.writeBody(message.bytes, "data", line.timeouts.transferMs);
    await waitForJournal(line.wire, options);
    // There must be no await between this check and the write, otherwise an abort in between would be lost.
    refuseLateDot(line.wire);
    line.wire.write(`.\r\n${beginNext(line, options)}`);
  } catch (error) {
    return outcomeOfError(error, line.host, tookMs());
  } finally {
    options.signal?.removeEventListener("abort", takeBack);
  }
  return await finalReply(line, tookMs);
}

async function waitForJournal(wire: Wire, options: SendOptions): Promise<void> {
  try {
    await options.beforeDot();
  } catch {
    // The caller knows why `beforeDot` failed. Here it only matters that the dot is not written.
    wire.abandon();
  }
  if (wire.hasUnreadBytes || wire.isDead) {
    // A reply before the dot is either a refusal (421, 552) or a protocol error.
    const early = await wire.reply("data", 0);
    wire.end();
    throw early.code >= 400
      ? new SmtpRefusal("data", bareReply(early))
      : new SmtpFailure(
          "data",
          "protocol",
          because("reply_unexpected_to", { code: early.code, command: "DATA" }),
        );
  }
}

function refuseLateDot(wire: Wire): void {
  if (wire.isDead) {
    throw wire.failure("data");
  }
}

/** The commands of the next message, to be sent with the dot; empty when there is none. */
function beginNext(line: TransactionConnection, { chain }: SendOptions): string {
  const next = line.pipelining ? chain?.((message) => isSendable(line, message)) : undefined;
  if (next === undefined) {
    return "";
  }
  line.chained = next;
  return stepsOf(line, next)
    .map(({ command }) => command)
    .join("");
}

function isSendable(line: TransactionConnection, message: Envelope): boolean {
  try {
    refuseUnsendable(line, message);
    return true;
  } catch {
    return false; // It will be refused, with the reason, when its turn comes.
  }
}

async function finalReply(line: TransactionConnection, tookMs: () => number): Promise<SmtpOutcome> {
  const { wire, host } = line;
  let reply: ParsedReply;
  try {
    reply = await wire.reply("dot", line.timeouts.dotMs);
  } catch (error) {
    if (!(error instanceof SmtpFailure)) {
      throw error;
    }
    const why = error.why === undefined ? {} : { why: error.why };
    return { kind: "ambiguous", error: error.message, ...why, host, durationMs: tookMs() };
  }
  if (reply.code === 421) {
    wire.end();
  }
  if (reply.code >= 400) {
    return { kind: "refused", stage: "dot", reply: bareReply(reply), host, durationMs: tookMs() };
  }
  if (reply.code >= 300) {
    wire.destroy("protocol", "");
    const why = because("reply_unexpected_to", { code: reply.code, command: "DATA" });
    const { text: error } = why;
    return { kind: "ambiguous", error, why: coded(why), host, durationMs: tookMs() };
  }
  return { kind: "accepted", reply: bareReply(reply), host, durationMs: tookMs() };
}

/** Refuses a message that this server cannot take, before anything is sent. */
function refuseUnsendable(line: TransactionConnection, message: Envelope): void {
  const { capabilities } = line;
  const limit = capabilities.maxSizeBytes;
  if (limit !== undefined && message.bytes.length > limit) {
    const why = because("message_too_large", { bytes: message.bytes.length, limit });
    throw new SmtpFailure("mail", "too_large", why);
  }
  if (message.needsSmtpUtf8 && !capabilities.smtpUtf8) {
    throw new SmtpFailure("mail", "unsupported", because("needs_smtputf8"));
  }
  if (message.needs8bit && !capabilities.eightBitMime) {
    throw new SmtpFailure("mail", "unsupported", because("needs_8bitmime"));
  }
  for (const address of [message.envelopeFrom, message.envelopeTo]) {
    // A stray CR, LF or bracket would let the sender of the message inject SMTP commands.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (/[\u0000-\u0020\u007f<>]/.test(address)) {
      throw new SmtpFailure("mail", "unsupported", because("address_unsendable"));
    }
  }
}

function mailCommand(line: TransactionConnection, message: Envelope): string {
  const { capabilities } = line;
  const size = capabilities.size ? ` SIZE=${message.bytes.length}` : "";
  const body = message.needs8bit || message.needsSmtpUtf8 ? " BODY=8BITMIME" : "";
  const utf8 = message.needsSmtpUtf8 ? " SMTPUTF8" : "";
  const offered = capabilities.eightBitMime ? body : "";
  return `MAIL FROM:<${message.envelopeFrom}>${size}${offered}${utf8}\r\n`;
}

type Step = { stage: SmtpStage; command: string; timeoutMs: number; code: 2 | 3 };

function stepsOf(line: TransactionConnection, message: Envelope): Step[] {
  const { timeouts } = line;
  return [
    { stage: "mail", command: mailCommand(line, message), timeoutMs: timeouts.mailMs, code: 2 },
    {
      stage: "rcpt",
      command: `RCPT TO:<${message.envelopeTo}>\r\n`,
      timeoutMs: timeouts.rcptMs,
      code: 2,
    },
    { stage: "data", command: "DATA\r\n", timeoutMs: timeouts.dataMs, code: 3 },
  ];
}

/**
 * RSET (if needed), MAIL, RCPT, DATA: pipelined if the server supports it. With `isBegun` they have already been sent.
 */
async function openEnvelope(
  line: TransactionConnection,
  message: Envelope,
  isBegun: boolean,
): Promise<void> {
  const steps = stepsOf(line, message);
  if (line.needsReset) {
    const { mailMs } = line.timeouts;
    steps.unshift({ stage: "rset", command: "RSET\r\n", timeoutMs: mailMs, code: 2 });
  }
  line.needsReset = true;
  if (!isBegun && line.pipelining) {
    line.wire.write(steps.map((step) => step.command).join(""));
  }
  const isGroup = isBegun || line.pipelining;
  const refusal = isGroup ? await hearAll(line, steps) : await askEach(line, steps);
  line.isUsed = true;
  // A refused MAIL starts no transaction. RSET is sent only when needed, because Exim counts it and ends the
  // connection.
  line.needsReset = refusal !== undefined && (refusal.stage !== "mail" || line.resetsAfterMail);
  if (refusal !== undefined) {
    throw refusal;
  }
}

async function askEach(
  line: TransactionConnection,
  steps: Step[],
): Promise<SmtpRefusal | undefined> {
  for (const step of steps) {
    line.wire.write(step.command);
    const reply = await line.wire.reply(step.stage, step.timeoutMs);
    requireNewConnection(line, step, reply);
    const refusal = judge(line, step, reply);
    if (refusal !== undefined) {
      return refusal;
    }
  }
  return undefined;
}

/**
 * After a refused MAIL or RCPT, the replies to the pipelined commands after it are read only to stay in sync. If one of
 * them is 354, only a dot would end the DATA state; no dot is ever written for a refused message, so the connection is
 * closed instead.
 */
async function hearAll(
  line: TransactionConnection,
  steps: Step[],
): Promise<SmtpRefusal | undefined> {
  let refusal: SmtpRefusal | undefined;
  for (const step of steps) {
    let reply: ParsedReply;
    try {
      reply = await line.wire.reply(step.stage, step.timeoutMs);
    } catch (error) {
      if (refusal !== undefined) {
        return refusal;
      }
      throw error;
    }
    if (refusal === undefined) {
      requireNewConnection(line, step, reply);
      refuseConfusion(line, step, reply);
      refusal = judge(line, step, reply);
    } else if (reply.code === 354) {
      line.onPipeliningBroken();
      line.wire.destroy("protocol", because("data_without_recipient"));
      return refusal;
    }
    if (line.wire.isDead && !line.wire.hasUnreadBytes) {
      break;
    }
  }
  return refusal;
}

/**
 * A refused RSET, or a MAIL answered with 503, is about the connection: the server accepts no more on it (Exim: "554
 * Too many nonmail commands"). The message itself has not been judged, so it is retried on a new connection.
 */
function requireNewConnection(line: TransactionConnection, step: Step, reply: ParsedReply): void {
  const isNested = step.stage === "mail" && reply.code === 503 && line.isUsed;
  if (isNested) {
    line.onNestedMail();
  }
  if (isNested || (step.stage === "rset" && reply.code >= 400)) {
    line.wire.end();
    const why = because("connection_spent", { code: reply.code, command: step.stage });
    throw new SmtpFailure(step.stage, "connection", why);
  }
}

/**
 * 503 to a command whose predecessor was accepted, or a reply that complains about synchronisation, means that the
 * server cannot handle pipelining although it offers it.
 */
function refuseConfusion(line: TransactionConnection, step: Step, reply: ParsedReply): void {
  const lostCount = reply.code === 503 && (step.stage === "rcpt" || step.stage === "data");
  if (lostCount || (reply.code >= 500 && /pipelin|synchroni[sz]ation/i.test(reply.text))) {
    line.onPipeliningBroken();
    line.wire.destroy("protocol", "");
    const why = because("pipelining_broken", { code: reply.code, command: step.stage });
    throw new SmtpFailure(step.stage, "protocol", why);
  }
}

function judge(
  line: TransactionConnection,
  step: Step,
  reply: ParsedReply,
): SmtpRefusal | undefined {
  if (Math.floor(reply.code / 100) === step.code) {
    return undefined;
  }
  if (reply.code >= 400) {
    if (reply.code === 421) {
      line.wire.end();
    }
    return new SmtpRefusal(step.stage, bareReply(reply));
  }
  line.wire.destroy("protocol", "");
  const why = because("reply_unexpected_to", { code: reply.code, command: step.stage });
  throw new SmtpFailure(step.stage, "protocol", why);
}
