import { addressIn, fieldOf, readFieldBlocks } from "./report-fields.ts";

/** Somebody told their provider that a message was not wanted. */
export type Complaint = {
  /** `abuse`, `fraud`, `virus`, `opt-out` or another word of RFC 5965 §7.3. */
  kind: string;
  /** Whom the message went to; empty when the provider does not say. */
  address: string;
  /** What the report names of the message, to find it by: Original-Mail-From. */
  mailFrom: string;
};

/**
 * Reads a message/feedback-report part: RFC 5965 §3.
 *
 * @returns undefined when it says that the message was wanted, or is a report about authentication.
 */
export function readFeedbackReport(text: string): Complaint | undefined {
  const block = readFieldBlocks(text)[0] ?? new Map<string, string[]>();
  const word = /^[a-z-]{1,40}/.exec(fieldOf(block, "feedback-type").toLowerCase())?.[0];
  if (word === undefined || ["not-spam", "auth-failure", "dmarc"].includes(word)) {
    return undefined;
  }
  return {
    kind: word,
    address:
      addressIn(fieldOf(block, "original-rcpt-to")) ||
      addressIn(fieldOf(block, "removal-recipient")),
    mailFrom: addressIn(fieldOf(block, "original-mail-from")),
  };
}
