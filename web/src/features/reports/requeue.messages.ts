import { messages } from "../../i18n.ts";

export const t = messages({
  heldTitle: {
    en: "{count, plural, one {# person may already have the message} other {# people may already have the message}}",
    de: "{count, plural, one {# Person hat die Nachricht vielleicht schon} other {# Personen haben die Nachricht vielleicht schon}}",
  },
  heldBody: {
    en: "The connection was lost after the message was handed over, or the record of its outcome was lost. It may or may not have arrived. Nothing more is sent until you decide, even if the campaign continues.",
    de: "Die Verbindung brach nach der Übergabe der Nachricht ab, oder die Aufzeichnung des Ergebnisses ging verloren. Sie kann angekommen sein oder nicht. Bis Sie entscheiden, wird nichts mehr gesendet, auch wenn die Kampagne weiterläuft.",
  },
  heldOne: {
    en: "This message needs your decision",
    de: "Sie müssen über diese Nachricht entscheiden",
  },
  heldCancelledTitle: {
    en: "{count, plural, one {# message may have arrived} other {# messages may have arrived}}",
    de: "{count, plural, one {# Nachricht kann angekommen sein} other {# Nachrichten können angekommen sein}}",
  },
  heldCancelledBody: {
    en: "The connection was lost before the campaign was cancelled. Nothing more will be sent. You can choose how these messages count.",
    de: "Die Verbindung brach ab, bevor die Kampagne abgebrochen wurde. Es wird nichts mehr gesendet. Sie können festlegen, wie diese Nachrichten zählen.",
  },
  editorDecides: {
    en: "Only editors and administrators can decide.",
    de: "Nur Bearbeiter und Administratoren können entscheiden.",
  },
  resend: { en: "Send again", de: "Erneut senden" },
  resendAsk: {
    en: "{count, plural, one {Send # message again?} other {Send # messages again?}}",
    de: "{count, plural, one {# Nachricht erneut senden?} other {# Nachrichten erneut senden?}}",
  },
  resendBody: {
    en: "{count, plural, one {This person may get the message twice.} other {Up to # people may get the message twice.}}",
    de: "{count, plural, one {Diese Person erhält die Nachricht vielleicht zweimal.} other {Bis zu # Personen erhalten die Nachricht vielleicht zweimal.}}",
  },
  sent: { en: "Do not send again", de: "Nicht erneut senden" },
  sentAsk: {
    en: "{count, plural, one {Do not send # message again?} other {Do not send # messages again?}}",
    de: "{count, plural, one {# Nachricht nicht erneut senden?} other {# Nachrichten nicht erneut senden?}}",
  },
  sentBody: {
    en: "Nothing more is sent to these people, even if they did not get the message. They count as sent.",
    de: "An diese Personen wird nichts mehr gesendet, auch wenn sie die Nachricht nicht erhalten haben. Sie zählen als gesendet.",
  },
  failed: { en: "Count as failed", de: "Als fehlgeschlagen zählen" },
  failedAsk: {
    en: "{count, plural, one {Count # message as failed?} other {Count # messages as failed?}}",
    de: "{count, plural, one {# Nachricht als fehlgeschlagen zählen?} other {# Nachrichten als fehlgeschlagen zählen?}}",
  },
  failedBody: {
    en: "Nothing is sent now. You can send them again later.",
    de: "Jetzt wird nichts gesendet. Sie können sie später erneut senden.",
  },
  failedCancelledBody: {
    en: "They count as not delivered. You cannot send them again, because the campaign is cancelled.",
    de: "Sie zählen als nicht zugestellt. Sie können sie nicht erneut senden, weil die Kampagne abgebrochen ist.",
  },
  decided: {
    en: "{count, plural, one {# message updated} other {# messages updated}}",
    de: "{count, plural, one {# Nachricht aktualisiert} other {# Nachrichten aktualisiert}}",
  },
  retryTitle: { en: "Retry failed messages", de: "Fehlgeschlagene erneut senden" },
  retryDescription: {
    en: "Use this once the cause is fixed. Suppressed addresses are skipped.",
    de: "Sobald die Ursache behoben ist. Gesperrte Adressen werden übersprungen.",
  },
  reason: { en: "Reason", de: "Grund" },
  anyReason: { en: "Any reason", de: "Jeder Grund" },
  retryThese: {
    en: "{count, plural, =0 {Nothing to retry} one {Retry # message} other {Retry # messages}}",
    de: "{count, plural, =0 {Nichts zu wiederholen} one {# Nachricht erneut senden} other {# Nachrichten erneut senden}}",
  },
  retryAsk: {
    en: "{count, plural, one {Send # message again?} other {Send # messages again?}}",
    de: "{count, plural, one {# Nachricht erneut senden?} other {# Nachrichten erneut senden?}}",
  },
  retryBody: {
    en: "They are sent as new messages, and the campaign is active again until they are done.",
    de: "Sie werden als neue Nachrichten gesendet. Die Kampagne ist wieder aktiv, bis sie erledigt sind.",
  },
  retried: {
    en: "{count, plural, one {Sending # message again} other {Sending # messages again}}",
    de: "{count, plural, one {# Nachricht wird erneut gesendet} other {# Nachrichten werden erneut gesendet}}",
  },
  leftOut: {
    en: "Skipped: {suppressed} suppressed, {gone} deleted.",
    de: "Übersprungen: {suppressed} gesperrt, {gone} gelöscht.",
  },
});
