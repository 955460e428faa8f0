import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Test inbox", de: "Test-Postfach" },
  description: {
    en: "Everything sent through the test route lands here and nowhere else.",
    de: "Alles, was über den Testweg gesendet wird, landet hier und nirgends sonst.",
  },
  search: { en: "Search address or subject", de: "Adresse oder Betreff suchen" },
  subject: { en: "Subject", de: "Betreff" },
  noSubject: { en: "(no subject)", de: "(kein Betreff)" },
  to: { en: "To", de: "An" },
  from: { en: "From", de: "Von" },
  size: { en: "Size", de: "Größe" },
  received: { en: "Received", de: "Empfangen" },
  emptyTitle: { en: "No test mail yet", de: "Noch keine Testnachrichten" },
  emptyBody: {
    en: "Send a campaign or a test message through the test inbox route; it appears here within seconds.",
    de: "Senden Sie eine Kampagne oder Testnachricht über den Test-Postfach-Weg; sie erscheint hier in Sekunden.",
  },
  noMatch: { en: "No message matches the search", de: "Keine Nachricht passt zur Suche" },
  noMatchBody: { en: "Try a part of an address.", de: "Versuchen Sie einen Teil einer Adresse." },
  clear: { en: "Empty the inbox", de: "Postfach leeren" },
  clearAsk: { en: "Empty the test inbox?", de: "Test-Postfach leeren?" },
  clearBody: {
    en: "All test messages of this workspace are deleted. Nothing else is touched.",
    de: "Alle Testnachrichten dieses Arbeitsbereichs werden gelöscht. Sonst ändert sich nichts.",
  },
  cleared: {
    en: "{count, plural, one {# message deleted} other {# messages deleted}}",
    de: "{count, plural, one {# Nachricht gelöscht} other {# Nachrichten gelöscht}}",
  },
  refresh: { en: "Refresh", de: "Aktualisieren" },
  view: { en: "View of the message", de: "Ansicht der Nachricht" },
  html: { en: "HTML", de: "HTML" },
  text: { en: "Plain text", de: "Nur Text" },
  headers: { en: "Headers", de: "Kopfzeilen" },
  desktop: { en: "Desktop", de: "Desktop" },
  phone: { en: "Phone", de: "Telefon" },
  width: { en: "Width", de: "Breite" },
  download: { en: "Download .eml", de: ".eml herunterladen" },
  attachments: { en: "Attachments", de: "Anhänge" },
  noHtml: { en: "This message has no HTML part.", de: "Diese Nachricht hat keinen HTML-Teil." },
  noText: {
    en: "This message has no plain text part.",
    de: "Diese Nachricht hat keinen Textteil.",
  },
});
