import {
  answerOf,
  at,
  type HookEvent,
  hookEvent,
  type Json,
  listOf,
  textAt,
} from "../hook-event.ts";

/**
 * Reads a notification or event of Amazon SES. SES replaces our Message-ID, but quotes our headers, the envelope
 * sender and the tag that we add.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export function readSesEvents(message: Json, id: string): HookEvent[] {
  const type = textAt(message, "eventType") || textAt(message, "notificationType");
  const mail = at(message, "mail");
  const headers = listOf(at(mail, "headers"));
  const header = headers.find((one) => textAt(one, "name").toLowerCase() === "message-id");
  const names = [
    textAt(mail, "tags", "swiftmail", 0),
    textAt(header, "value"),
    textAt(mail, "commonHeaders", "messageId"),
    textAt(mail, "source"),
  ];
  const recipient = textAt(mail, "destination", 0);
  const event = (kind: HookEvent["kind"], more: Partial<HookEvent> = {}) => [
    hookEvent({ id, kind, names, address: recipient, ...more }),
  ];
  switch (type) {
    case "Bounce":
      return bounced(message, event);
    case "DeliveryDelay": {
      const about = at(message, "deliveryDelay", "delayedRecipients", 0);
      const words =
        textAt(about, "diagnosticCode") || textAt(message, "deliveryDelay", "delayType");
      return event("delayed", answerOf(words, textAt(about, "status"), "4.0.0"));
    }
    case "Reject":
      return event(
        "bounce",
        answerOf(`Rejected: ${textAt(message, "reject", "reason")}`, "", "5.0.0"),
      );
    case "Complaint":
      return event("complaint", {
        address:
          textAt(message, "complaint", "complainedRecipients", 0, "emailAddress") || recipient,
        complaint: textAt(message, "complaint", "complaintFeedbackType") || "abuse",
      });
    case "Delivery":
      return event("delivered");
    default:
      return event("other");
  }
}

function bounced(
  message: Json,
  event: (kind: HookEvent["kind"], more: Partial<HookEvent>) => HookEvent[],
): HookEvent[] {
  const bounce = at(message, "bounce");
  const about = at(bounce, "bouncedRecipients", 0);
  const isPassing = textAt(bounce, "bounceType") === "Transient";
  const words =
    textAt(about, "diagnosticCode") ||
    [textAt(bounce, "bounceType"), textAt(bounce, "bounceSubType")].join(" ");
  return event("bounce", {
    address: textAt(about, "emailAddress"),
    ...answerOf(words, textAt(about, "status"), isPassing ? "4.0.0" : "5.0.0"),
  });
}
