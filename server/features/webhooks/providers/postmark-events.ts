import { answerOf, at, type HookEvent, hookEvent, type Json, textAt } from "../hook-event.ts";

/** Types that Postmark reports as bounces although they are not: automatic replies and requests by people. */
const HARMLESS = new Set([
  "AutoResponder",
  "AddressChange",
  "ChallengeVerification",
  "OpenRelayTest",
  "Subscribe",
  "TemplateRenderingFailed",
]);
/** Types of temporary failures. */
const PASSING = new Set(["SoftBounce", "DnsError", "SMTPApiError", "Undeterminable", "Unknown"]);

/** @see https://postmarkapp.com/developer/webhooks/webhooks-overview */
export function readPostmarkEvents(body: Json): HookEvent[] {
  const record = textAt(body, "RecordType");
  const known = {
    id: [record, textAt(body, "ID") || textAt(body, "MessageID"), textAt(body, "ChangedAt")].join(
      "/",
    ),
    names: [textAt(body, "Metadata", "swiftmail")],
    address: textAt(body, "Email") || textAt(body, "Recipient"),
  };
  switch (record) {
    case "Bounce":
      return [bounced(body, known)];
    case "SpamComplaint":
      return [hookEvent({ kind: "complaint", ...known, complaint: "abuse" })];
    case "SubscriptionChange": {
      const isOwnWish =
        at(body, "SuppressSending") === true &&
        textAt(body, "SuppressionReason") === "ManualSuppression";
      return [hookEvent({ kind: isOwnWish ? "unsubscribe" : "other", ...known })];
    }
    case "Delivery":
      return [hookEvent({ kind: "delivered", ...known })];
    default:
      return [hookEvent({ kind: "other", ...known })];
  }
}

function bounced(body: Json, known: Pick<HookEvent, "id" | "names" | "address">): HookEvent {
  const type = textAt(body, "Type");
  if (HARMLESS.has(type)) {
    return hookEvent({ kind: "other", ...known });
  }
  if (type === "SpamComplaint") {
    return hookEvent({ kind: "complaint", ...known, complaint: "abuse" });
  }
  if (type === "Unsubscribe") {
    return hookEvent({ kind: "unsubscribe", ...known });
  }
  const words = textAt(body, "Details") || textAt(body, "Description") || type;
  const answer = answerOf(words, "", PASSING.has(type) ? "4.0.0" : "5.0.0");
  return hookEvent({ kind: type === "Transient" ? "delayed" : "bounce", ...known, ...answer });
}
