import { messages } from "../../i18n.ts";

export const t = messages({
  privacy: { en: "Privacy", de: "Datenschutz" },
  contacts: { en: "Contacts", de: "Kontakte" },
  about: {
    en: "Answer people who ask what you store about them, or who want to be forgotten.",
    de: "Für Menschen, die wissen wollen, was gespeichert ist, oder die vergessen werden möchten.",
  },
  somebodyAsks: { en: "Somebody asks", de: "Jemand fragt" },
  adminsOnly: { en: "For administrators", de: "Für Verwalter" },
  adminsOnlyBody: {
    en: "Only administrators of this workspace may export or erase a person. Ask one of them.",
    de: "Nur Verwalter dieses Arbeitsbereichs dürfen eine Person exportieren oder löschen. Fragen Sie eine davon.",
  },
  address: { en: "Email address", de: "E-Mail-Adresse" },
  addressHint: {
    en: "Of a contact, or of anybody else who asks: addresses are also in suppressions, sign-ups and rejected rows of imports.",
    de: "Eines Kontakts oder von jemand anderem: Adressen stehen auch in Sperrlisten, Anmeldungen und abgelehnten Zeilen von Importen.",
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
    de: "Exporte und Löschungen, die Sie starten, erscheinen hier.",
  },
  request: { en: "Request", de: "Anfrage" },
  export: { en: "Export", de: "Export" },
  erase: { en: "Erasure", de: "Löschung" },
  state: { en: "State", de: "Stand" },
  stateQueued: { en: "Waiting", de: "Wartet" },
  stateRunning: { en: "Running", de: "Läuft" },
  stateDone: { en: "Done", de: "Fertig" },
  stateFailed: { en: "Failed", de: "Fehlgeschlagen" },
  erased: { en: "The address is erased too", de: "Auch die Adresse ist gelöscht" },
  gathered: {
    en: "{count, plural, one {# entry} other {# entries}} in a zip with JSON, CSV and a readable page",
    de: "{count, plural, one {# Eintrag} other {# Einträge}} in einem Zip mit JSON, CSV und einer lesbaren Seite",
  },
  removed: {
    en: "{count, plural, one {# row} other {# rows}} removed or made anonymous",
    de: "{count, plural, one {# Zeile} other {# Zeilen}} gelöscht oder anonymisiert",
  },
  segmentsChanged: {
    en: "{count, plural, one {# segment} other {# segments}} named the person: check who is in there now",
    de: "{count, plural, one {# Segment nannte} other {# Segmente nannten}} die Person: Prüfen Sie, wer jetzt darin ist",
  },
  uploadsRemoved: {
    en: "{count, plural, one {# file} other {# files}} waiting for import removed",
    de: "{count, plural, one {# wartende Importdatei} other {# wartende Importdateien}} entfernt",
  },
  checkSegments: {
    en: "A name or part of an address in these segments may be theirs; it stays unless you change it:",
    de: "Ein Name oder Teil einer Adresse in diesen Segmenten könnte zur Person gehören; er bleibt, bis Sie ihn ändern:",
  },
  checkCampaigns: {
    en: "The audience of these campaigns named the person in a way that is now unknown, so they mail fewer people:",
    de: "Die Zielgruppe dieser Kampagnen nannte die Person auf eine Weise, die nun unbekannt ist. Sie erreichen deshalb weniger Menschen:",
  },
  keptUntil: { en: "kept until {date}", de: "aufbewahrt bis {date}" },
  when: { en: "Asked", de: "Angefragt" },
  download: { en: "Download", de: "Herunterladen" },
  retention: { en: "How long things are kept", de: "Wie lange etwas aufbewahrt wird" },
  retentionHint: {
    en: "Every night, what is past its time is removed. Leave a field empty to keep things for ever.",
    de: "Jede Nacht wird entfernt, was über der Zeit ist. Leer heißt für immer.",
  },
  forEver: { en: "for ever", de: "für immer" },
  noConsentDays: { en: "Contacts without a reason", de: "Kontakte ohne Grund" },
  noConsentDaysHint: {
    en: "Days. People in no list and without a consent on record.",
    de: "Tage. Menschen ohne Liste und ohne verzeichnete Einwilligung.",
  },
  engagementDays: { en: "Opens and clicks of a person", de: "Öffnungen und Klicks einer Person" },
  engagementDaysHint: {
    en: "Days. The counters of campaigns stay.",
    de: "Tage. Die Zähler der Kampagnen bleiben.",
  },
  ipDays: { en: "Network addresses", de: "Netzadressen" },
  ipDaysHint: {
    en: "Days. With the names of mail programs, from opens and clicks.",
    de: "Tage. Mit den Namen der Mailprogramme, von Öffnungen und Klicks.",
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
