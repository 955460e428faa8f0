import { messages } from "../../i18n.ts";

export const t = messages({
  heldTitle: {
    en: "{count, plural, one {# message waits for you} other {# messages wait for you}}",
    de: "{count, plural, one {# Nachricht wartet auf Sie} other {# Nachrichten warten auf Sie}}",
  },
  heldBody: {
    en: "The server's answer was lost after the whole message had been handed over: it may have arrived.",
    de: "Die Antwort des Servers ging verloren, nachdem die ganze Nachricht übergeben war: Sie kann angekommen sein.",
  },
  heldOne: { en: "This message waits for you", de: "Diese Nachricht wartet auf Sie" },
  heldCancelledTitle: {
    en: "{count, plural, one {# message may have arrived} other {# messages may have arrived}}",
    de: "{count, plural, one {# Nachricht kann angekommen sein} other {# Nachrichten können angekommen sein}}",
  },
  heldCancelledBody: {
    en: "The server's answer was lost before the campaign was cancelled. Nothing more is sent; you can say what these messages count as.",
    de: "Die Antwort des Servers ging verloren, bevor die Kampagne abgebrochen wurde. Es wird nichts mehr gesendet; Sie können festlegen, wie diese Nachrichten zählen.",
  },
  editorDecides: {
    en: "An editor of the workspace decides what becomes of it.",
    de: "Was daraus wird, entscheidet, wer im Arbeitsbereich bearbeiten darf.",
  },
  resend: { en: "Send again", de: "Erneut senden" },
  resendAsk: {
    en: "{count, plural, one {Send # message again?} other {Send # messages again?}}",
    de: "{count, plural, one {# Nachricht erneut senden?} other {# Nachrichten erneut senden?}}",
  },
  resendBody: {
    en: "Some people may get it twice, with the same Message-ID.",
    de: "Manche bekommen sie vielleicht zweimal, mit derselben Message-ID.",
  },
  sent: { en: "Count as sent", de: "Als versandt zählen" },
  sentAsk: {
    en: "{count, plural, one {Count # message as sent?} other {Count # messages as sent?}}",
    de: "{count, plural, one {# Nachricht als versandt zählen?} other {# Nachrichten als versandt zählen?}}",
  },
  sentBody: {
    en: "Nothing more is sent to these people. Those who did not get it will not.",
    de: "An diese Personen geht nichts mehr. Wer sie nicht bekam, bekommt sie nicht.",
  },
  failed: { en: "Count as failed", de: "Als fehlgeschlagen zählen" },
  failedAsk: {
    en: "{count, plural, one {Count # message as failed?} other {Count # messages as failed?}}",
    de: "{count, plural, one {# Nachricht als fehlgeschlagen zählen?} other {# Nachrichten als fehlgeschlagen zählen?}}",
  },
  failedBody: {
    en: "Nothing is sent now. You can still send them again later.",
    de: "Jetzt wird nichts gesendet. Sie können sie später noch erneut senden.",
  },
  failedCancelledBody: {
    en: "They count as not delivered. Nothing of a cancelled campaign is sent again.",
    de: "Sie zählen als nicht zugestellt. Von einer abgebrochenen Kampagne wird nichts erneut gesendet.",
  },
  decided: {
    en: "{count, plural, one {# message decided} other {# messages decided}}",
    de: "{count, plural, one {# Nachricht entschieden} other {# Nachrichten entschieden}}",
  },
  retryTitle: { en: "Send again what failed", de: "Fehlgeschlagenes erneut senden" },
  retryDescription: {
    en: "Once the cause is mended. Addresses that must not be mailed are left out.",
    de: "Wenn die Ursache behoben ist. Gesperrte Adressen werden ausgelassen.",
  },
  reason: { en: "Reason", de: "Grund" },
  anyReason: { en: "Any reason", de: "Jeder Grund" },
  retryThese: {
    en: "{count, plural, =0 {Nothing to send again} one {Retry this one} other {Retry these #}}",
    de: "{count, plural, =0 {Nichts erneut zu senden} one {Diese eine erneut senden} other {Diese # erneut senden}}",
  },
  retryAsk: {
    en: "{count, plural, one {Send # message again?} other {Send # messages again?}}",
    de: "{count, plural, one {# Nachricht erneut senden?} other {# Nachrichten erneut senden?}}",
  },
  retryBody: {
    en: "They are tried from the beginning, as new messages. The campaign is being sent again until they are through.",
    de: "Sie werden von vorn versucht, als neue Nachrichten. Bis sie durch sind, läuft die Kampagne wieder.",
  },
  retried: {
    en: "{count, plural, one {# message is sent again} other {# messages are sent again}}",
    de: "{count, plural, one {# Nachricht wird erneut gesendet} other {# Nachrichten werden erneut gesendet}}",
  },
  leftOut: {
    en: "Left out: {suppressed} suppressed, {gone} deleted.",
    de: "Ausgelassen: {suppressed} gesperrt, {gone} gelöscht.",
  },
});
