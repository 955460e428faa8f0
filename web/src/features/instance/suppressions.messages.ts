import { messages } from "../../i18n.ts";

export const t = messages({
  suppressions: { en: "Suppressions everywhere", de: "Überall gesperrt" },
  about: {
    en: "Addresses that no workspace of this instance mails: spam traps, and people who complained to you.",
    de: "Adressen, die kein Arbeitsbereich dieser Instanz anschreibt: Spamfallen und wer sich bei Ihnen beschwert hat.",
  },
  instance: { en: "This instance", de: "Diese Instanz" },
  search: { en: "Beginning of an address", de: "Anfang einer Adresse" },
  address: { en: "Address", de: "Adresse" },
  reason: { en: "Reason", de: "Grund" },
  source: { en: "From", de: "Herkunft" },
  since: { en: "Since", de: "Seit" },
  complaint: { en: "Complaint", de: "Beschwerde" },
  spamtrap: { en: "Spam trap", de: "Spamfalle" },
  manual: { en: "By hand", de: "Von Hand" },
  none: { en: "Nobody is suppressed everywhere", de: "Niemand ist überall gesperrt" },
  noneBody: {
    en: "Add an address to keep every workspace from mailing it. Each workspace has a list of its own besides.",
    de: "Füge eine Adresse hinzu, damit kein Arbeitsbereich sie anschreibt. Daneben hat jeder eine eigene Liste.",
  },
  noMatch: { en: "No address matches", de: "Keine Adresse passt" },
  add: { en: "Add addresses", de: "Adressen hinzufügen" },
  exportCsv: { en: "Export", de: "Exportieren" },
  addresses: { en: "Addresses", de: "Adressen" },
  addressesHint: {
    en: "One a line. Or take them from a file:",
    de: "Eine je Zeile. Oder aus einer Datei:",
  },
  file: { en: "A CSV or text file", de: "Eine CSV- oder Textdatei" },
  fileHint: {
    en: "The first address of each line counts.",
    de: "Die erste Adresse jeder Zeile zählt.",
  },
  inFile: {
    en: "{count, plural, one {# address} other {# addresses}} in {name}",
    de: "{count, plural, one {# Adresse} other {# Adressen}} in {name}",
  },
  note: { en: "Note", de: "Notiz" },
  added: {
    en: "{added, plural, one {# address added} other {# addresses added}}, {already} already there",
    de: "{added, plural, one {# Adresse hinzugefügt} other {# Adressen hinzugefügt}}, {already} schon vorhanden",
  },
  rejected: { en: "Not addresses", de: "Keine Adressen" },
  andMore: { en: "and {count} more", de: "und {count} weitere" },
  cancel: { en: "Cancel", de: "Abbrechen" },
  lift: { en: "Remove", de: "Entfernen" },
  liftTitle: {
    en: "Let workspaces mail {address}?",
    de: "{address} wieder anschreiben lassen?",
  },
  liftBody: {
    en: "Lists of single workspaces may still hold it. The reason is kept in the audit log.",
    de: "In Listen einzelner Arbeitsbereiche kann sie noch stehen. Der Grund steht danach im Protokoll.",
  },
  why: { en: "Why", de: "Warum" },
  lifted: {
    en: "Workspaces may mail the address again",
    de: "Die Adresse darf wieder angeschrieben werden",
  },
});
