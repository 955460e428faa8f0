import type { Rendered, SmtpOutcome, SmtpStage } from "../types.ts";
import type { Capabilities } from "./capabilities.ts";
import { outcomeOfError, SmtpFailure, SmtpRefusal } from "./failure.ts";
import type { ParsedReply } from "./reply-parser.ts";
import type { SmtpTimeouts } from "./timeouts.ts";
import { bareReply, type Wire } from "./wire.ts";

/** What `Rendered` the wire needs; its `bytes` are dot-stuffed and end in CRLF. */
export type Envelope = Pick<
  Rendered,
  "envelopeFrom" | "envelopeTo" | "bytes" | "needsSmtpUtf8" | "needs8bit"
> &
  Partial<Pick<Rendered, "messageId">>;

export type SendOptions = {
  /** Makes it durable that the dot is about to be written. When it rejects, the dot is never written. */
  beforeDot: () => Promise<void>;
  /** Asked right before MAIL; when it says no, nothing is said to the server and the outcome is `abandoned`. */
  isStillWanted?: (() => boolean) | undefined;
  /** Takes the message back as long as the dot is not written. */
  signal?: AbortSignal | undefined;
  /**
   * Asked when the dot is about to be written: the message that follows on this line, if one waits for it and it
   * `fits` the server. Its first commands then leave in one write with the dot (RFC 2920 §3.1).
   */
  chain?: ((fits: (message: Envelope) => boolean) => Envelope | undefined) | undefined;
};

/** The connection a transaction runs on, and what is known of it. */
export type Line = {
  wire: Wire;
  capabilities: Capabilities;
  timeouts: SmtpTimeouts;
  host: string;
  /** Whether commands may be sent in groups (RFC 2920). */
  pipelining: boolean;
  /** The last transaction stopped half-way: MAIL must not follow without RSET. */
  needsReset: boolean;
  /** This server wants RSET after a refused MAIL too, though that has opened nothing. */
  resetsAfterMail: boolean;
  /** It has had a message before. */
  isUsed: boolean;
  /** The message whose MAIL, RCPT and DATA have left behind the dot of the one before; nothing else may be sent. */
  chained: Envelope | undefined;
  /** Hears that the server lost its way in a group of commands. */
  onPipeliningBroken: () => void;
  /** Hears that the server took MAIL after a refused MAIL for a second one. */
  onNestedMail: () => void;
};

/**
 * Sends one message. The line stays in sync after a refusal; after anything worse it is closed.
 *
 * Nothing is delivered before the terminating dot, and the dot is written only after `beforeDot` has
 * resolved: every outcome but `accepted`, `ambiguous` and a refusal at `dot` is certainly not sent.
 */
export async function sendMessage(
  line: Line,
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
        // The server waits for a body that will not come.
        line.wire.abandon();
      }
      return { kind: "abandoned" };
    }
    refuseUnsendable(line, message);
    await openEnvelope(line, message, isBegun);
    await line.wire.writeBody(message.bytes, "data", line.timeouts.transferMs);
    await waitForJournal(line.wire, options);
    // From here to the write nothing may await: an abort that came in between would be lost.
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
    // The caller made the failure and knows its reason; our part is that the dot stays unwritten.
    wire.abandon();
  }
  if (wire.hasUnreadBytes || wire.isDead) {
    // A server that speaks before the dot has refused the message (421, 552), or is confused.
    const early = await wire.reply("data", 0);
    wire.end();
    throw early.code >= 400
      ? new SmtpRefusal("data", bareReply(early))
      : new SmtpFailure("data", "protocol", `reply ${early.code} before the message was complete`);
  }
}

function refuseLateDot(wire: Wire): void {
  if (wire.isDead) {
    throw wire.failure("data");
  }
}

/** The commands of the message that goes with the dot; empty when none does. */
function beginNext(line: Line, { chain }: SendOptions): string {
  const next = line.pipelining ? chain?.((message) => isSendable(line, message)) : undefined;
  if (next === undefined) {
    return "";
  }
  line.chained = next;
  return stepsOf(line, next)
    .map(({ command }) => command)
    .join("");
}

function isSendable(line: Line, message: Envelope): boolean {
  try {
    refuseUnsendable(line, message);
    return true;
  } catch {
    return false; // It is refused with its reason when its own turn comes.
  }
}

async function finalReply(line: Line, tookMs: () => number): Promise<SmtpOutcome> {
  const { wire, host } = line;
  let reply: ParsedReply;
  try {
    reply = await wire.reply("dot", line.timeouts.dotMs);
  } catch (error) {
    if (!(error instanceof SmtpFailure)) {
      throw error;
    }
    return { kind: "ambiguous", error: error.message, host, durationMs: tookMs() };
  }
  if (reply.code === 421) {
    wire.end();
  }
  if (reply.code >= 400) {
    return { kind: "refused", stage: "dot", reply: bareReply(reply), host, durationMs: tookMs() };
  }
  if (reply.code >= 300) {
    wire.destroy("protocol", "");
    const error = `reply ${reply.code} to the end of the message`;
    return { kind: "ambiguous", error, host, durationMs: tookMs() };
  }
  return { kind: "accepted", reply: bareReply(reply), host, durationMs: tookMs() };
}

/** What this server cannot take is found out before a byte is sent. */
function refuseUnsendable(line: Line, message: Envelope): void {
  const { capabilities } = line;
  const limit = capabilities.maxSizeBytes;
  if (limit !== undefined && message.bytes.length > limit) {
    const text = `the message has ${message.bytes.length} bytes and the server takes ${limit}`;
    throw new SmtpFailure("mail", "too_large", text);
  }
  if (message.needsSmtpUtf8 && !capabilities.smtpUtf8) {
    const text = "the address has letters beyond ASCII, and the server does not offer SMTPUTF8";
    throw new SmtpFailure("mail", "unsupported", text);
  }
  if (message.needs8bit && !capabilities.eightBitMime) {
    const text = "the message is 8-bit, and the server does not offer 8BITMIME";
    throw new SmtpFailure("mail", "unsupported", text);
  }
  for (const address of [message.envelopeFrom, message.envelopeTo]) {
    // One stray CR, LF or bracket here would be a command of the sender's choice.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (/[\u0000-\u0020\u007f<>]/.test(address)) {
      throw new SmtpFailure("mail", "unsupported", "the address has characters no server takes");
    }
  }
}

function mailCommand(line: Line, message: Envelope): string {
  const { capabilities } = line;
  const size = capabilities.size ? ` SIZE=${message.bytes.length}` : "";
  const body = message.needs8bit || message.needsSmtpUtf8 ? " BODY=8BITMIME" : "";
  const utf8 = message.needsSmtpUtf8 ? " SMTPUTF8" : "";
  const offered = capabilities.eightBitMime ? body : "";
  return `MAIL FROM:<${message.envelopeFrom}>${size}${offered}${utf8}\r\n`;
}

type Step = { stage: SmtpStage; command: string; timeoutMs: number; code: 2 | 3 };

function stepsOf(line: Line, message: Envelope): Step[] {
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

/** RSET (where needed), MAIL, RCPT, DATA: in one write where the server allows it, or (`isBegun`) written already. */
async function openEnvelope(line: Line, message: Envelope, isBegun: boolean): Promise<void> {
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
  // A refused MAIL has opened nothing. RSET is not sent for nothing: Exim counts it, and ends the connection.
  line.needsReset = refusal !== undefined && (refusal.stage !== "mail" || line.resetsAfterMail);
  if (refusal !== undefined) {
    throw refusal;
  }
}

async function askEach(line: Line, steps: Step[]): Promise<SmtpRefusal | undefined> {
  for (const step of steps) {
    line.wire.write(step.command);
    const reply = await line.wire.reply(step.stage, step.timeoutMs);
    refuseTiredLine(line, step, reply);
    const refusal = judge(line, step, reply);
    if (refusal !== undefined) {
      return refusal;
    }
  }
  return undefined;
}

/**
 * A refused MAIL or RCPT is followed by replies to the commands behind it. They are read, so that the
 * line stays in sync, but say nothing new; except 354, after which only a dot would get the server
 * out of DATA. No dot of ours is ever written for a refused message: the connection goes instead.
 */
async function hearAll(line: Line, steps: Step[]): Promise<SmtpRefusal | undefined> {
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
      refuseTiredLine(line, step, reply);
      refuseConfusion(line, step, reply);
      refusal = judge(line, step, reply);
    } else if (reply.code === 354) {
      line.onPipeliningBroken();
      line.wire.destroy("protocol", "the server opened DATA without a recipient");
      return refusal;
    }
    if (line.wire.isDead && !line.wire.hasUnreadBytes) {
      break;
    }
  }
  return refusal;
}

/**
 * A refused RSET, or a MAIL that comes at the wrong time for the server, is the connection's trouble: it has had
 * enough of this one (Exim: "554 Too many nonmail commands"). The message has not been looked at yet.
 */
function refuseTiredLine(line: Line, step: Step, reply: ParsedReply): void {
  const isNested = step.stage === "mail" && reply.code === 503 && line.isUsed;
  if (isNested) {
    line.onNestedMail();
  }
  if (isNested || (step.stage === "rset" && reply.code >= 400)) {
    line.wire.end();
    const text = `the server wants a new connection (reply ${reply.code} to ${step.stage})`;
    throw new SmtpFailure(step.stage, "connection", text);
  }
}

/**
 * "Bad sequence" to a command whose predecessor was accepted, or a complaint about synchronisation:
 * the server cannot take groups, whatever it offers.
 */
function refuseConfusion(line: Line, step: Step, reply: ParsedReply): void {
  const lostCount = reply.code === 503 && (step.stage === "rcpt" || step.stage === "data");
  if (lostCount || (reply.code >= 500 && /pipelin|synchroni[sz]ation/i.test(reply.text))) {
    line.onPipeliningBroken();
    line.wire.destroy("protocol", "");
    const text = `the server cannot take commands in groups (reply ${reply.code} to ${step.stage})`;
    throw new SmtpFailure(step.stage, "protocol", text);
  }
}

function judge(line: Line, step: Step, reply: ParsedReply): SmtpRefusal | undefined {
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
  throw new SmtpFailure(step.stage, "protocol", `unexpected reply ${reply.code} to ${step.stage}`);
}
