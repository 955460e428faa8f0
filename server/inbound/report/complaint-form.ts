import type { Complaint } from "./feedback.ts";
import type { MailParts } from "./mail-parts.ts";
import { addressIn, fieldOf, readFieldBlocks } from "./report-fields.ts";

/** The first characters of the enclosed message, which contain the header with its recipient. */
const HEAD_CHARS = 16_384;
const ORIGINAL_RECIPIENT = "x-hmxmroriginalrecipient";
const SUBJECTS =
  /^\s*(?:complaint about message from|(?:e-?mail )?(?:abuse|feedback|spam|junk) (?:report|complaint|feedback)\b|fbl report\b)/i;

/**
 * Reads a complaint that is not in RFC 5965 format but encloses the whole message and is marked as a complaint by a
 * header or its subject. Microsoft's Junk Mail Reporting Program puts `X-HmXmrOriginalRecipient` above the enclosed
 * message or into the report's own header.
 *
 * @returns undefined when nothing marks the mail as a complaint, or when it encloses no message.
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
