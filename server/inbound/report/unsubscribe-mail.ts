import type { MailParts } from "./mail-parts.ts";

// Our own mailto: asks for the subject "unsubscribe"; mail programs in other languages write their own.
const WISH =
  /^\s*(?:re:\s*|aw:\s*)*(?:please\s+)?(?:unsubscribe|opt[ -]?out|remove(?: me)?|stop|abmelde|abbestell|d[ée]s(?:inscri|abonn)|darme de baja|baja|cancelar|annulla|disiscri|uitschrijven|afmelden|avregistrera)/i;

/**
 * True when a message to an unsubscribe address says in so many words that it is one. Such a message counts even
 * when it calls itself automatic: mail programs send it for their users. Apple Mail marks it
 * `Auto-Submitted: auto-replied` and `X-Apple-Unsubscribe: true`.
 *
 * @param envelopeFrom Without a sender only the mail program's own mark is believed: reports come like that too.
 */
export function saysUnsubscribe({ head }: MailParts, envelopeFrom: string): boolean {
  if (head.get("x-apple-unsubscribe")?.trim().toLowerCase() === "true") {
    return true;
  }
  return envelopeFrom !== "" && WISH.test((head.get("subject") ?? "").slice(0, 300));
}
