import {
  answerOf,
  at,
  type HookEvent,
  hookEvent,
  type Json,
  listOf,
  textAt,
} from "../hook-event.ts";

/** @see https://dev.mailjet.com/email/guides/webhooks/ */
export function readMailjetEvents(body: Json): HookEvent[] {
  return (Array.isArray(body) ? listOf(body) : [body]).map((one) => {
    const event = textAt(one, "event");
    const known = {
      id: [
        event,
        textAt(one, "Message_GUID") || textAt(one, "MessageID"),
        textAt(one, "time"),
      ].join("/"),
      names: [textAt(one, "CustomID")],
      address: textAt(one, "email"),
    };
    switch (event) {
      case "bounce":
      case "blocked": {
        const said = [
          textAt(one, "error_related_to"),
          textAt(one, "error"),
          textAt(one, "comment"),
        ];
        const words = said.filter((part) => part !== "").join(": ");
        const isHard = at(one, "hard_bounce") === true || event === "blocked";
        return hookEvent({
          kind: "bounce",
          ...known,
          ...answerOf(words, "", isHard ? "5.0.0" : "4.0.0"),
        });
      }
      case "spam":
        return hookEvent({ kind: "complaint", ...known, complaint: "abuse" });
      case "unsub":
        return hookEvent({ kind: "unsubscribe", ...known });
      case "sent":
        return hookEvent({ kind: "delivered", ...known });
      default:
        return hookEvent({ kind: "other", ...known });
    }
  });
}
