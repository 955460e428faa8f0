import type { MailParts } from "./mail-parts.ts";

// Our own mailto: sets the subject "unsubscribe"; mail clients in other languages set their own.
const WISH =
  /^\s*(?:re:\s*|aw:\s*)*(?:please\s+)?(?:unsubscribe|opt[ -]?out|remove(?: me)?|stop|abmelde|abbestell|d[ée]s(?:inscri|abonn)|darme de baja|baja|cancelar|annulla|disiscri|uitschrijven|afmelden|avregistrera)/i;

/**
 * True when a message to an unsubscribe address explicitly asks to unsubscribe. This counts even when the message is
 * marked as automatic, because mail clients send it for their users. Apple Mail marks it `Auto-Submitted: auto-replied`
 * and `X-Apple-Unsubscribe: true`.
 *
 * @param envelopeFrom When empty, only Apple's header is trusted, because reports also have an empty sender.
 */
export function saysUnsubscribe({ head }: MailParts, envelopeFrom: string): boolean {
  if (head.get("x-apple-unsubscribe")?.trim().toLowerCase() === "true") {
    return true;
  }
  return envelopeFrom !== "" && WISH.test((head.get("subject") ?? "").slice(0, 300));
}
