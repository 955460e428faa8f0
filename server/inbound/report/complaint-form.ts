import type { Complaint } from "./feedback.ts";
import type { MailParts } from "./mail-parts.ts";
import { addressIn, fieldOf, readFieldBlocks } from "./report-fields.ts";

/** The first lines of the enclosed message: the header that says whom it went to stands there. */
const HEAD_CHARS = 16_384;
const ORIGINAL_RECIPIENT = "x-hmxmroriginalrecipient";
const SUBJECTS =
  /^\s*(?:complaint about message from|(?:e-?mail )?(?:abuse|feedback|spam|junk) (?:report|complaint|feedback)\b|fbl report\b)/i;

/**
 * Reads a complaint that is not written as RFC 5965 asks: the message complained about stands in it whole, and
 * a header or the subject says what it is. Microsoft's Junk Mail Reporting Program writes
 * `X-HmXmrOriginalRecipient` above the enclosed message, or into the head of the report.
 *
 * @returns undefined when nothing in the mail says that it is a complaint, or when it encloses no message.
 */
export function readComplaintForm(parts: MailParts): Complaint | undefined {
  if (parts.original === "") {
    return undefined;
  }
  const enclosed = readFieldBlocks(parts.original.slice(0, HEAD_CHARS))[0] ?? new Map();
  const recipient = parts.head.get(ORIGINAL_RECIPIENT) ?? fieldOf(enclosed, ORIGINAL_RECIPIENT);
  const isNamed =
    recipient !== "" || SUBJECTS.test((parts.head.get("subject") ?? "").slice(0, 300));
  return isNamed ? { kind: "abuse", address: addressIn(recipient), mailFrom: "" } : undefined;
}
