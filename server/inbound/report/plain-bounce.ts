import { isAutoReply, isOutOfOffice } from "./auto-reply.ts";
import { asksToConfirm, saysDelayed, saysUndelivered } from "./delivery-words.ts";
import type { Bounce } from "./dsn.ts";
import type { MailParts } from "./mail-parts.ts";
import { addressIn } from "./report-fields.ts";
import { isAnswer, isFromMachine } from "./report-sender.ts";
import { paragraphsOf, quotedReply, reasonInWords, reportLines } from "./report-text.ts";
import { codeFor, tidy } from "./smtp-words.ts";

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
  const isClaimed =
    parts.head.has("x-failed-recipients") ||
    saysUndelivered(subject) ||
    saysUndelivered(said) ||
    (quoted !== undefined && quoted.code > 0);
  const isDelayed = saysDelayed(subject, said);
  if (!isClaimed && !isDelayed) {
    return undefined;
  }
  const spoken = reasonInWords(paragraphs) ?? reasonInWords([subject]);
  const reason =
    quoted === undefined ? spoken : { ...quoted, text: withWords(quoted.text, spoken) };
  const enh = reason?.enh ?? "";
  return {
    action: isDelayed ? "delayed" : "failed",
    code: reason?.code || codeFor(enh),
    enh,
    text: tidy(reason?.text ?? (paragraphs.find(saysUndelivered) || subject)),
    address: failedAddress(parts, lines),
  };
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
