import { isAutoReply } from "./auto-reply.ts";
import { readComplaintForm } from "./complaint-form.ts";
import { type Bounce, readDeliveryStatus } from "./dsn.ts";
import { type Complaint, readFeedbackReport } from "./feedback.ts";
import type { MailParts } from "./mail-parts.ts";
import { readPlainBounce } from "./plain-bounce.ts";
import { isAnswer, isFromMachine } from "./report-sender.ts";

/** What a message that came to one of our addresses is. */
export type MailClass =
  | { kind: "bounce"; bounce: Bounce }
  | { kind: "complaint"; complaint: Complaint }
  /** A report of something that needs no action, such as a delivery that worked. */
  | { kind: "report" }
  | { kind: "auto_reply" }
  /** Written by a person, as far as one can tell. */
  | { kind: "reply" };

/**
 * Says what a message is. Machine-readable parts first: they say it themselves. A sender without an
 * address (RFC 5321 §4.5.5) makes a bounce believable, never by itself.
 *
 * @param expected The recipient whose message it is about; empty when that is not known.
 */
export function classifyMail(parts: MailParts, envelopeFrom: string, expected: string): MailClass {
  if (parts.feedbackReport !== undefined) {
    const complaint = readFeedbackReport(parts.feedbackReport);
    return complaint === undefined ? { kind: "report" } : { kind: "complaint", complaint };
  }
  const fields = parts.deliveryStatus ?? statusInText(parts, envelopeFrom);
  const status = fields === undefined ? undefined : readDeliveryStatus(fields, expected);
  if (status === "success") {
    return { kind: "report" };
  }
  if (status !== undefined) {
    return { kind: "bounce", bounce: withText(status, parts, envelopeFrom) };
  }
  const form = readComplaintForm(parts);
  if (form !== undefined) {
    return { kind: "complaint", complaint: form };
  }
  const bounce = readPlainBounce(parts, envelopeFrom);
  if (bounce !== undefined) {
    return { kind: "bounce", bounce };
  }
  if (isAutoReply(parts.head)) {
    return { kind: "auto_reply" };
  }
  return { kind: envelopeFrom === "" ? "report" : "reply" };
}

/**
 * The status fields that stand in the text, or in a report that is enclosed in another one: relays and filters
 * flatten and wrap what passes through them. Of machines only: people quote reports.
 */
function statusInText(parts: MailParts, envelopeFrom: string): string | undefined {
  if (!isFromMachine(parts, envelopeFrom) || isAnswer(parts)) {
    return undefined;
  }
  const isReportEnclosed = /^content-type:\s*multipart\/report\b/im.test(
    parts.original.slice(0, 16_384),
  );
  const text = isReportEnclosed ? parts.original : parts.text;
  const start = text.search(/^(?:reporting-mta|(?:final|original)-recipient|action):/im);
  return start !== -1 && /^action:\s*\w/im.test(text.slice(start)) ? text.slice(start) : undefined;
}

/**
 * What a machine-readable part leaves out stands in the text beside it: the words of a recipient without
 * Diagnostic-Code, or with one that only repeats the status.
 */
function withText(bounce: Bounce, parts: MailParts, envelopeFrom: string): Bounce {
  if (/\p{L}{3}/u.test(bounce.text)) {
    return bounce;
  }
  const told = readPlainBounce(parts, envelopeFrom);
  if (told === undefined) {
    return bounce;
  }
  const isVague = bounce.enh === "" || /^[45]\.0\.0$/.test(bounce.enh);
  return {
    ...bounce,
    code: isVague ? told.code || bounce.code : bounce.code,
    enh: isVague ? told.enh || bounce.enh : bounce.enh,
    text: told.text,
    address: bounce.address || told.address,
  };
}
