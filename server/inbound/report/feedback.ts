import { addressIn, fieldOf, readFieldBlocks } from "./report-fields.ts";

/** A recipient reported a message to their provider as unwanted. */
export type Complaint = {
  /** `abuse`, `fraud`, `virus`, `opt-out` or another feedback type of RFC 5965 §7.3. */
  kind: string;
  /** The message's recipient; empty when the provider withholds it. */
  address: string;
  /** The report's Original-Mail-From, used to find the message. */
  mailFrom: string;
};

/**
 * Reads a message/feedback-report part: RFC 5965 §3.
 *
 * @returns undefined when it says that the message was wanted, or is an authentication report.
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
