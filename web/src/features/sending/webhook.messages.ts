import { messages } from "../../i18n.ts";

export const t = messages({
  address: { en: "Webhook address", de: "Webhook-Adresse" },
  key: { en: "Key the provider signs with", de: "Schlüssel, mit dem der Anbieter signiert" },
  keyHint: {
    en: "The verification or signing key that the provider shows beside its webhook.",
    de: "Der Prüf- oder Signaturschlüssel, den der Anbieter neben seinem Webhook zeigt.",
  },
  keyStored: { en: "A key is stored", de: "Ein Schlüssel ist gespeichert" },
  keyMissing: {
    en: "Nothing is accepted until the key is stored.",
    de: "Bis der Schlüssel gespeichert ist, wird nichts angenommen.",
  },
  storeKey: { en: "Store key", de: "Schlüssel speichern" },
  stored: { en: "Key stored", de: "Schlüssel gespeichert" },
  lastEvent: { en: "Last event", de: "Letztes Ereignis" },
  never: { en: "None yet", de: "Noch keines" },
  events: { en: "Events", de: "Ereignisse" },
  topic: { en: "Subscribed topic", de: "Abonniertes Thema" },
  refused: { en: "The last request was refused", de: "Die letzte Anfrage wurde abgelehnt" },
  renew: { en: "New address", de: "Neue Adresse" },
  renewAsk: { en: "Make a new address?", de: "Neue Adresse erzeugen?" },
  renewBody: {
    en: "The old address stops working at once; the provider needs the new one.",
    de: "Die alte Adresse gilt sofort nicht mehr; der Anbieter braucht die neue.",
  },
  renewed: {
    en: "Give the new address to the provider",
    de: "Geben Sie dem Anbieter die neue Adresse",
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
    en: "{count, plural, one {# unsubscription} other {# unsubscriptions}}",
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
    en: "{count, plural, other {# about unknown messages}}",
    de: "{count, plural, other {# zu unbekannten Nachrichten}}",
  },
});
