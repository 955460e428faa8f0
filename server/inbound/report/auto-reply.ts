const HINTS =
  /^(?:\s|re:|aw:)*(?:auto(?:matic)?[\s:-]|automat\w* (?:antwort|repl|respon|répon|respu|rispost|beantwoord|svar|odpow)|out of (?:the )?office|ooo\b|vacation|away from|on leave|abwesen|nicht im (?:büro|haus)|urlaub|absence|absent du bureau|réponse auto|respuesta auto|risposta auto|fuera de la oficina|assente|ferie|frånvaro)/i;

/** True when the subject is that of an out-of-office reply. */
export function isOutOfOffice(head: ReadonlyMap<string, string>): boolean {
  return HINTS.test((head.get("subject") ?? "").slice(0, 300));
}

/**
 * True for an automatic reply that a person wrote for all senders. An automatic reply without a subject does not count.
 */
export function isVacationNote(head: ReadonlyMap<string, string>): boolean {
  const isReply = /^\s*auto-replied/i.test(head.get("auto-submitted") ?? "");
  return isOutOfOffice(head) || (isReply && (head.get("subject") ?? "").trim() !== "");
}

/** True for reports about a message: of its delivery, or that it was displayed (RFC 6522, RFC 8098). */
export function isReport(head: ReadonlyMap<string, string>): boolean {
  return /multipart\/report|disposition-notification|delivery-status/i.test(
    head.get("content-type") ?? "",
  );
}

/**
 * True for automatic replies: vacation notes, acknowledgements, read receipts. Delivery reports contain some of the
 * same fields, so check for those first.
 *
 * @see RFC 3834 §5 (Auto-Submitted), and older conventions
 */
export function isAutoReply(head: ReadonlyMap<string, string>): boolean {
  const submitted = head.get("auto-submitted")?.trim().toLowerCase() ?? "no";
  const type = head.get("content-type")?.toLowerCase() ?? "";
  return (
    !/^no\b/.test(submitted) ||
    ["x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"].some((name) =>
      head.has(name),
    ) ||
    /^(?:auto_reply|auto-reply|junk|bulk|list)$/i.test(head.get("precedence")?.trim() ?? "") ||
    type.includes("disposition-notification") ||
    isOutOfOffice(head)
  );
}
