import { messages } from "../../i18n.ts";

export const t = messages({
  address: { en: "Webhook URL", de: "Webhook-URL" },
  key: { en: "Signing key", de: "Signaturschlüssel" },
  keyHint: {
    en: "Your provider shows it next to the webhook, as the verification or signing key.",
    de: "Ihr Anbieter zeigt ihn neben dem Webhook, als Prüf- oder Signaturschlüssel.",
  },
  keyStored: { en: "Key saved", de: "Schlüssel gespeichert" },
  keyMissing: {
    en: "SwiftMail accepts no events until you save the key.",
    de: "SwiftMail nimmt keine Ereignisse an, bis Sie den Schlüssel speichern.",
  },
  storeKey: { en: "Save key", de: "Schlüssel speichern" },
  stored: { en: "Key saved", de: "Schlüssel gespeichert" },
  lastEvent: { en: "Last event", de: "Letztes Ereignis" },
  never: { en: "None yet", de: "Noch keines" },
  events: { en: "Events", de: "Ereignisse" },
  topic: { en: "Subscribed topic", de: "Abonniertes Thema" },
  refused: { en: "The last request was rejected", de: "Die letzte Anfrage wurde abgelehnt" },
  renew: { en: "Create new URL", de: "Neue URL erstellen" },
  renewAsk: { en: "Create a new webhook URL?", de: "Neue Webhook-URL erstellen?" },
  renewBody: {
    en: "The old URL stops working immediately. Enter the new one at your provider.",
    de: "Die alte URL funktioniert sofort nicht mehr. Tragen Sie die neue bei Ihrem Anbieter ein.",
  },
  renewed: {
    en: "New URL created. Enter it at your provider.",
    de: "Neue URL erstellt. Tragen Sie sie bei Ihrem Anbieter ein.",
  },
  bounce: {
    en: "{count, plural, one {# bounce} other {# bounces}}",
    de: "{count, plural, one {# Rückläufer} other {# Rückläufer}}",
  },
  delayed: {
    en: "{count, plural, one {# delay} other {# delays}}",
    de: "{count, plural, one {# Verzögerung} other {# Verzögerungen}}",
  },
  complaint: {
    en: "{count, plural, one {# complaint} other {# complaints}}",
    de: "{count, plural, one {# Beschwerde} other {# Beschwerden}}",
  },
  unsubscribe: {
    en: "{count, plural, one {# unsubscribe} other {# unsubscribes}}",
    de: "{count, plural, one {# Abmeldung} other {# Abmeldungen}}",
  },
  delivered: {
    en: "{count, plural, one {# delivery} other {# deliveries}}",
    de: "{count, plural, one {# Zustellung} other {# Zustellungen}}",
  },
  other: {
    en: "{count, plural, one {# other} other {# others}}",
    de: "{count, plural, one {# anderes} other {# andere}}",
  },
  unknown: {
    en: "{count, plural, one {# for an unknown message} other {# for unknown messages}}",
    de: "{count, plural, other {# zu unbekannten Nachrichten}}",
  },
});
