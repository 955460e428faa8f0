import { messages } from "../../i18n.ts";

export const t = messages({
  privacy: { en: "Privacy", de: "Datenschutz" },
  contacts: { en: "Contacts", de: "Kontakte" },
  about: {
    en: "Answer people who ask what you store about them or want their data erased.",
    de: "Beantworten Sie Anfragen von Personen, die wissen wollen, was Sie über sie speichern, oder ihre Daten löschen lassen möchten.",
  },
  somebodyAsks: { en: "Privacy request", de: "Datenschutzanfrage" },
  adminsOnly: { en: "Administrators only", de: "Nur für Administratoren" },
  adminsOnlyBody: {
    en: "Only administrators of this workspace can export or erase a person’s data. Ask one of them.",
    de: "Nur Administratoren dieses Arbeitsbereichs können Daten einer Person exportieren oder löschen. Wenden Sie sich an einen von ihnen.",
  },
  address: { en: "Email address", de: "E-Mail-Adresse" },
  addressHint: {
    en: "Works for anyone, not only contacts. SwiftMail also searches suppressions, sign-ups and rejected import rows.",
    de: "Für alle Personen, nicht nur Kontakte. SwiftMail durchsucht auch Sperrliste, Anmeldungen und abgelehnte Importzeilen.",
  },
  exportPerson: { en: "Export data", de: "Daten exportieren" },
  erasePerson: { en: "Erase data", de: "Daten löschen" },
  eraseAsk: { en: "Erase all data of {address}?", de: "Alle Daten von {address} löschen?" },
  eraseBody: {
    en: "This erases everything about this person, including export files. Only a keyed hash of the address stays, so that no import or sign-up can add them again. This cannot be undone.",
    de: "Damit wird alles über diese Person gelöscht, auch Exportdateien. Nur ein geschützter Hash der Adresse bleibt, damit kein Import und keine Anmeldung sie wieder hinzufügt. Das lässt sich nicht rückgängig machen.",
  },
  queued: { en: "Started. See the list below.", de: "Gestartet. Siehe Liste unten." },
  requests: { en: "Requests", de: "Anfragen" },
  none: { en: "No requests yet", de: "Noch keine Anfragen" },
  noneBody: {
    en: "Exports and erasures you start appear here.",
    de: "Exporte und Löschungen, die Sie starten, erscheinen hier.",
  },
  request: { en: "Request", de: "Anfrage" },
  export: { en: "Export", de: "Export" },
  erase: { en: "Erasure", de: "Löschung" },
  state: { en: "Status", de: "Status" },
  erased: { en: "Address erased", de: "Adresse gelöscht" },
  gathered: {
    en: "{count, plural, one {# entry} other {# entries}} in a ZIP file with JSON, CSV and a readable page",
    de: "{count, plural, one {# Eintrag} other {# Einträge}} in einer ZIP-Datei mit JSON, CSV und einer lesbaren Seite",
  },
  removed: {
    en: "{count, plural, one {# record} other {# records}} deleted or made anonymous",
    de: "{count, plural, one {# Datensatz} other {# Datensätze}} gelöscht oder anonymisiert",
  },
  segmentsChanged: {
    en: "{count, plural, one {# segment} other {# segments}} mentioned this person. Check which contacts they find now.",
    de: "{count, plural, one {# Segment erwähnte} other {# Segmente erwähnten}} diese Person. Prüfen Sie, wen sie jetzt finden.",
  },
  uploadsRemoved: {
    en: "{count, plural, one {# uploaded file} other {# uploaded files}} waiting for import deleted",
    de: "{count, plural, one {# hochgeladene Importdatei} other {# hochgeladene Importdateien}} gelöscht",
  },
  checkSegments: {
    en: "These segments contain a name or part of an address that may belong to this person. SwiftMail does not remove it. Edit these segments if necessary:",
    de: "Diese Segmente enthalten einen Namen oder Teil einer Adresse, der zu dieser Person gehören könnte. Er bleibt, bis Sie ihn ändern:",
  },
  checkCampaigns: {
    en: "The audience of these campaigns mentioned this person. SwiftMail can no longer apply that condition, so these campaigns reach fewer people:",
    de: "Die Zielgruppe dieser Kampagnen erwähnte diese Person. SwiftMail kann diese Bedingung nicht mehr anwenden, deshalb erreichen sie weniger Personen:",
  },
  keptUntil: { en: "kept until {date}", de: "aufbewahrt bis {date}" },
  when: { en: "Requested", de: "Angefragt" },
  download: { en: "Download", de: "Herunterladen" },
  retention: { en: "Data retention", de: "Aufbewahrungsfristen" },
  retentionHint: {
    en: "Every night, SwiftMail deletes data older than these limits. Leave a field empty to keep its data forever.",
    de: "SwiftMail löscht jede Nacht Daten, die älter sind als diese Fristen. Leer lassen, um Daten für immer zu behalten.",
  },
  forEver: { en: "forever", de: "für immer" },
  noConsentDays: {
    en: "Contacts without a list or consent",
    de: "Kontakte ohne Liste und Einwilligung",
  },
  noConsentDaysHint: {
    en: "In days. Contacts who are in no list and have no recorded consent.",
    de: "Tage. Kontakte, die auf keiner Liste stehen und keine erfasste Einwilligung haben.",
  },
  engagementDays: { en: "Opens and clicks", de: "Öffnungen und Klicks" },
  engagementDaysHint: {
    en: "In days. Campaign totals stay.",
    de: "Tage. Die Gesamtzahlen der Kampagnen bleiben.",
  },
  ipDays: { en: "IP addresses", de: "IP-Adressen" },
  ipDaysHint: {
    en: "In days. IP addresses and mail app names of opens and clicks.",
    de: "Tage. IP-Adressen und Mailprogramme von Öffnungen und Klicks.",
  },
  preview: { en: "Preview what is deleted", de: "Vorschau der Löschung" },
  previewed: {
    en: "This would now delete {contacts} contacts, details of {events} opens and clicks, and {ips} IP addresses.",
    de: "Damit würden jetzt {contacts} Kontakte, Details zu {events} Öffnungen und Klicks und {ips} IP-Adressen gelöscht.",
  },
  atLeast: { en: "At least", de: "Mindestens" },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Saved", de: "Gespeichert" },
});
