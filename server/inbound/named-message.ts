import { type MessageRef, readAddressToken, readMessageId } from "../delivery/index.ts";
import type { Directory } from "./directory.ts";
import type { MailClass } from "./report/classify-mail.ts";
import type { MailParts } from "./report/mail-parts.ts";

const MAX_CANDIDATES = 60;
const CANDIDATE = /(?<![a-z0-9-])((?:[bu]-)?[a-z2-7]{20,80})@/gi;

/**
 * Finds the message that a report is about by a token that only we can have issued: the return path, the Message-ID or
 * the unsubscribe address of the returned message. Tokens are authenticated, so a report cannot name anyone else's
 * message.
 */
export function findNamedMessage(
  directory: Directory,
  parts: MailParts,
  what: MailClass,
): MessageRef | undefined {
  const mailFrom = what.kind === "complaint" ? what.complaint.mailFrom : "";
  const text = `${mailFrom}\n${parts.original}`;
  let tried = 0;
  for (const [, local = ""] of text.matchAll(CANDIDATE)) {
    tried += 1;
    if (tried > MAX_CANDIDATES) {
      return undefined;
    }
    const subject =
      readAddressToken(directory.keys, "bounce", local) ??
      readAddressToken(directory.keys, "unsubscribeMail", local) ??
      readMessageId(directory.keys, local);
    const message = subject && directory.refOf(subject);
    if (message !== undefined) {
      return message;
    }
  }
  return undefined;
}
