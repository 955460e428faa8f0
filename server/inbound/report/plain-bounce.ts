import { isAutoReply, isOutOfOffice } from "./auto-reply.ts";
import {
  asksToConfirm,
  isUnexplainedStatus,
  saysDelayed,
  saysGivenUp,
  saysUndelivered,
  warnsOfDelay,
} from "./delivery-words.ts";
import type { Bounce } from "./dsn.ts";
import type { MailParts } from "./mail-parts.ts";
import { addressIn } from "./report-fields.ts";
import { isAnswer, isByDaemon, isFromMachine } from "./report-sender.ts";
import { paragraphsOf, quotedReply, reasonInWords, reportLines } from "./report-text.ts";
import { codeFor, type FoundReply, tidy } from "./smtp-words.ts";

const MAX_SUBJECT = 500;
/** The number of paragraphs in which a report states its result; the returned message comes after them. */
const SAID_PARAGRAPHS = 30;

/**
 * Reads a human-readable report from a server that does not implement RFC 3464, such as qmail, Exim, old Exchange or
 * Domino. It answers three questions in turn: Did a machine write it? Does it say, or quote a reply saying, that a
 * message was not delivered? Has delivery failed, or is it only delayed?
 *
 * @returns undefined for anything else: replies of people and of their mailboxes, and challenges from filters that
 * require an answer.
 */
export function readPlainBounce(parts: MailParts, envelopeFrom: string): Bounce | undefined {
  const subject = (parts.head.get("subject") ?? "").slice(0, MAX_SUBJECT);
  const lines = reportLines(parts.text);
  const paragraphs = paragraphsOf(lines);
  const said = paragraphs.slice(0, SAID_PARAGRAPHS).join("\n");
  if (!isReport(parts, envelopeFrom, said)) {
    return undefined;
  }
  const quoted = quotedReply(lines);
  const spoken = reasonInWords(paragraphs) ?? reasonInWords([subject]);
  const read: Read = { subject, said, quoted, spoken };
  const isDelayed = isLate(read);
  if (!isDelayed && !isFailure(parts, read)) {
    return undefined;
  }
  const reason = quoted && { ...quoted, text: withWords(quoted.text, spoken) };
  const { code, enh, text } = reason ?? spoken ?? { ...nothing, text: failureIn(paragraphs) };
  return {
    action: isDelayed ? "delayed" : "failed",
    code: code || codeFor(enh),
    enh,
    text: tidy(text || subject),
    address: failedAddress(parts, lines),
  };
}

const nothing = { code: 0, enh: "" };
const failureIn = (paragraphs: readonly string[]) => paragraphs.find(saysUndelivered) ?? "";

/** What was found in a report: its text, the SMTP reply it quotes and the reason it gives in words. */
type Read = {
  subject: string;
  said: string;
  quoted: FoundReply | undefined;
  spoken: FoundReply | undefined;
};

function isFailure(parts: MailParts, { subject, said, quoted, spoken }: Read): boolean {
  return (
    parts.head.has("x-failed-recipients") ||
    saysUndelivered(subject) ||
    saysUndelivered(said) ||
    isUnexplainedStatus(subject, said) ||
    (quoted !== undefined && quoted.code > 0) ||
    (isByDaemon(parts) && isUnknown(spoken))
  );
}

/** "Warning: ann@… - User unknown" is a failure in spite of the warning. */
function isLate({ subject, said, spoken }: Read): boolean {
  return saysDelayed(said) || (warnsOfDelay(subject) && !saysGivenUp(said) && !isUnknown(spoken));
}

function isUnknown(reason: FoundReply | undefined): boolean {
  return reason?.enh.startsWith("5.1.") ?? false;
}

function isReport(parts: MailParts, envelopeFrom: string, said: string): boolean {
  if (parts.head.has("x-failed-recipients")) {
    return true;
  }
  if (asksToConfirm(said) || isOutOfOffice(parts.head)) {
    return false;
  }
  // Auto-responders have a sender address and quote the subject; servers do neither.
  const answersForPerson = envelopeFrom !== "" && isAnswer(parts) && isAutoReply(parts.head);
  return isFromMachine(parts, envelopeFrom) && !answersForPerson;
}

/** Appends the reason in words to a quoted reply that consists only of a code. */
function withWords(quoted: string, spoken: { text: string } | undefined): string {
  const isBare = quoted.replace(/[^\p{L}]/gu, "").length < 12;
  return isBare && spoken !== undefined ? `${quoted} ${spoken.text}` : quoted;
}

function failedAddress(parts: MailParts, lines: readonly string[]): string {
  return (
    addressIn(parts.head.get("x-failed-recipients") ?? "") ||
    addressIn(lines.find((line) => /^\s*<?[^\s<>@]{1,64}@/.test(line)) ?? "")
  );
}
