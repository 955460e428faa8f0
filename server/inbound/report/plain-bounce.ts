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
/** Where a report says what it is; further down stands what it is about. */
const SAID_PARAGRAPHS = 30;

/**
 * Reads a report for people, as servers write that do not know RFC 3464: qmail, Exim, old Exchange, Domino, the
 * mailboxes' own. Three questions in this order: did a machine write it; does it say that a message was not
 * delivered, or quotes the reply that says so; and is delivery over, or only late?
 *
 * @returns undefined for what is no such report: answers of people and of their mailboxes, and questions of
 *   filters that want to be answered by a person.
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

/** What was read of a report: its words, the reply it quotes and the reason it gives. */
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

/** "Warning: ann@… - User unknown" is one that failed. */
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
  // Programs that answer for a person have a sender and quote the subject; servers have neither.
  const answersForPerson = envelopeFrom !== "" && isAnswer(parts) && isAutoReply(parts.head);
  return isFromMachine(parts, envelopeFrom) && !answersForPerson;
}

/** A quoted reply that is only a code is followed by what the text says in words. */
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
