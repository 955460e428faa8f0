import { answerOf, type HookEvent, hookEvent, type Json, listOf, textAt } from "../hook-event.ts";

const FINAL: Record<string, "4.0.0" | "5.0.0"> = {
  hard_bounce: "5.0.0",
  invalid_email: "5.0.0",
  blocked: "5.0.0",
  error: "4.0.0",
  soft_bounce: "4.0.0",
};

/** @see https://developers.brevo.com/docs/transactional-webhooks */
export function readBrevoEvents(body: Json): HookEvent[] {
  return (Array.isArray(body) ? listOf(body) : [body]).map((one) => {
    const event = textAt(one, "event").toLowerCase();
    const known = {
      id: [event, textAt(one, "message-id"), textAt(one, "email"), textAt(one, "ts_event")].join(
        "/",
      ),
      names: [textAt(one, "X-Mailin-custom").replace(/^swiftmail:/, ""), textAt(one, "message-id")],
      address: textAt(one, "email"),
    };
    const fallback = Object.hasOwn(FINAL, event) ? FINAL[event] : undefined;
    if (fallback !== undefined) {
      const words = textAt(one, "reason") || event.replace("_", " ");
      return hookEvent({ kind: "bounce", ...known, ...answerOf(words, "", fallback) });
    }
    switch (event) {
      case "deferred":
        return hookEvent({
          kind: "delayed",
          ...known,
          ...answerOf(textAt(one, "reason"), "", "4.0.0"),
        });
      case "spam":
      case "complaint":
        return hookEvent({ kind: "complaint", ...known, complaint: "abuse" });
      case "unsubscribed":
        return hookEvent({ kind: "unsubscribe", ...known });
      case "delivered":
        return hookEvent({ kind: "delivered", ...known });
      default:
        return hookEvent({ kind: "other", ...known });
    }
  });
}
