// Our own mailto: sets the subject "unsubscribe"; mail clients in other languages set their own.
const WISH =
  /^\s*(?:re:\s*|aw:\s*)*(?:please\s+)?(?:unsubscribe|opt[ -]?out|remove(?: me)?|stop|abmelde|abbestell|d[ée]s(?:inscri|abonn)|darme de baja|baja|cancelar|annulla|disiscri|uitschrijven|afmelden|avregistrera)/i;

/**
 * True when a message to an unsubscribe address explicitly asks to unsubscribe. This counts even when the message looks
 * like an automatic reply. Apple Mail marks it `Auto-Submitted: auto-replied` and `X-Apple-Unsubscribe: true`.
 */
export function saysUnsubscribe(head: ReadonlyMap<string, string>): boolean {
  return (
    head.get("x-apple-unsubscribe")?.trim().toLowerCase() === "true" ||
    WISH.test((head.get("subject") ?? "").slice(0, 300))
  );
}
