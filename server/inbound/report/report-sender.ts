import type { MailParts } from "./mail-parts.ts";
import { addressIn } from "./report-fields.ts";

const MACHINE_LOCAL =
  /^(?:[\w.+-]*(?:daemon|postmaster|post-?office|mailer|bounce|no-?reply|do-?not-?reply|undeliver|mail-?delivery|delivery-?(?:status|report|fail)|mailsystem|mail-?system|quarantine)[\w.+=-]*|mta|smtp|administrator|admin|system|root|mail|nobody|listserv|majordomo|webmaster|hostmaster|mailmaster|mailadmin|mail-?admin|sysadmin|autoreply|exchange|notification\w*|microsoftexchange\w*)@/i;
const MACHINE_NAME =
  /\b(?:mail(?:er)?[ -]?(?:delivery|daemon|system|administrator|admin|server|service|router|gateway)|delivery (?:sub)?system|delivery (?:status|service|notification|report)|mailer|postmaster|post ?office|system administrator|internet mail|mail connector|smtp (?:server|service|gateway)|mdaemon|exchange|zustell\w*)\b/i;
const ANSWERED =
  /^\s*(?:re|aw|sv|antw|odp|vs|fw|fwd|wg|tr|rv|i|rif|enc|ynt|回复|答复|转发)\s*(?:\[\d+\])?\s*[:：]/i;

/** True when the From field names a mail system, by address or display name. */
export function isByDaemon({ head }: MailParts): boolean {
  const from = head.get("from") ?? "";
  return (
    MACHINE_LOCAL.test(addressIn(from)) ||
    // Searches only the display name, not the address.
    MACHINE_NAME.test(from.slice(0, 300).replace(/<[^<>]*>|\S+@\S+/g, " "))
  );
}

/** True when the envelope and headers indicate that a server or program wrote the message. */
export function isFromMachine(parts: MailParts, envelopeFrom: string): boolean {
  const { head } = parts;
  const submitted = head.get("auto-submitted")?.trim().toLowerCase() ?? "no";
  return (
    envelopeFrom === "" ||
    head.has("x-failed-recipients") ||
    isByDaemon(parts) ||
    MACHINE_LOCAL.test(envelopeFrom) ||
    !/^no\b/.test(submitted) ||
    /^\s*multipart\/report\b/i.test(head.get("content-type") ?? "")
  );
}

/** True when the subject marks a reply or a forwarded message. */
export function isAnswer({ head }: MailParts): boolean {
  return ANSWERED.test((head.get("subject") ?? "").slice(0, 200));
}
