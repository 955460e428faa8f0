import { messages } from "../../i18n.ts";

export const t = messages({
  privacy: { en: "Privacy", de: "Datenschutz" },
  contacts: { en: "Contacts", de: "Kontakte" },
  about: {
    en: "Answer people who ask what you store about them, or who want to be forgotten.",
    de: "Für Menschen, die wissen wollen, was gespeichert ist, oder die vergessen werden möchten.",
  },
  request: { en: "Somebody asks", de: "Jemand fragt" },
  address: { en: "Email address", de: "E-Mail-Adresse" },
  addressHint: {
    en: "It need not be a contact's.",
    de: "Sie muss keinem Kontakt gehören.",
  },
  exportPerson: { en: "Export their data", de: "Daten exportieren" },
  erasePerson: { en: "Erase this person", de: "Person löschen" },
  eraseAsk: { en: "Erase {address}?", de: "{address} löschen?" },
  eraseBody: {
    en: "Everything about this person goes, and files of exports with it. Only a keyed hash of the address stays, so that no import or sign-up brings them back. This cannot be undone.",
    de: "Alles über diese Person wird gelöscht, auch Dateien von Exporten. Nur eine verschlüsselte Prüfsumme der Adresse bleibt, damit kein Import und keine Anmeldung sie zurückbringt. Das lässt sich nicht rückgängig machen.",
  },
  queued: {
    en: "Started. It is in the list below.",
    de: "Gestartet. Es steht unten in der Liste.",
  },
  requests: { en: "Requests", de: "Anfragen" },
  none: { en: "Nobody has asked yet", de: "Noch niemand hat gefragt" },
  noneBody: {
    en: "Exports and erasures that you start appear here.",
    de: "Exporte und Löschungen, die du startest, erscheinen hier.",
  },
  kind: { en: "Request", de: "Anfrage" },
  export: { en: "Export", de: "Export" },
  erase: { en: "Erasure", de: "Löschung" },
  state: { en: "State", de: "Stand" },
  stateQueued: { en: "Waiting", de: "Wartet" },
  stateRunning: { en: "Running", de: "Läuft" },
  stateDone: { en: "Done", de: "Fertig" },
  stateFailed: { en: "Failed", de: "Fehlgeschlagen" },
  erased: { en: "erased", de: "gelöscht" },
  when: { en: "Asked", de: "Angefragt" },
  download: { en: "Download", de: "Herunterladen" },
  retention: { en: "How long things are kept", de: "Wie lange etwas aufbewahrt wird" },
  retentionHint: {
    en: "In days; leave a field empty to keep things for ever. A job removes what is past its time every night.",
    de: "In Tagen; leer heißt für immer. Jede Nacht wird entfernt, was über der Zeit ist.",
  },
  noConsentDays: {
    en: "Contacts in no list and without a consent",
    de: "Kontakte ohne Liste und ohne Einwilligung",
  },
  engagementDays: {
    en: "Opens and clicks of single people (counters stay)",
    de: "Öffnungen und Klicks einzelner Personen (Zähler bleiben)",
  },
  ipDays: {
    en: "Network addresses and programs of opens and clicks",
    de: "Netzadressen und Programme von Öffnungen und Klicks",
  },
  preview: { en: "Show what would go", de: "Zeigen, was ginge" },
  previewed: {
    en: "Now {contacts} contacts, the detail of {events} opens and clicks, and {ips} network addresses would go.",
    de: "Jetzt gingen {contacts} Kontakte, die Einzelheiten von {events} Öffnungen und Klicks und {ips} Netzadressen.",
  },
  atLeast: { en: "At least", de: "Mindestens" },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Saved", de: "Gespeichert" },
});
