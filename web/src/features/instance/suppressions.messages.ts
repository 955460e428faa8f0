import { messages } from "../../i18n.ts";

export const t = messages({
  suppressions: { en: "Instance suppression list", de: "Sperrliste der Instanz" },
  about: {
    en: "Addresses that no workspace can send to, such as spam traps and people who complained to you.",
    de: "Adressen, an die kein Arbeitsbereich senden kann, etwa Spamfallen und Personen, die sich bei Ihnen beschwert haben.",
  },
  instance: { en: "Instance", de: "Instanz" },
  search: { en: "Search by the beginning of an address", de: "Nach Anfang der Adresse suchen" },
  address: { en: "Address", de: "Adresse" },
  reason: { en: "Reason", de: "Grund" },
  source: { en: "Source", de: "Herkunft" },
  since: { en: "Since", de: "Seit" },
  complaint: { en: "Complaint", de: "Beschwerde" },
  spamtrap: { en: "Spam trap", de: "Spamfalle" },
  manual: { en: "Manually", de: "Manuell" },
  none: { en: "No suppressed addresses", de: "Keine gesperrten Adressen" },
  noneBody: {
    en: "Add an address to stop all workspaces from sending to it. Each workspace also has its own suppression list.",
    de: "Fügen Sie eine Adresse hinzu, damit kein Arbeitsbereich an sie sendet. Jeder Arbeitsbereich hat außerdem eine eigene Sperrliste.",
  },
  noMatch: { en: "No addresses found", de: "Keine Adressen gefunden" },
  add: { en: "Add addresses", de: "Adressen hinzufügen" },
  exportCsv: { en: "Export", de: "Exportieren" },
  addresses: { en: "Addresses", de: "Adressen" },
  addressesHint: {
    en: "One per line. You can also use a file:",
    de: "Eine pro Zeile. Sie können auch eine Datei verwenden:",
  },
  file: { en: "CSV or text file", de: "CSV- oder Textdatei" },
  fileHint: {
    en: "The first address in each line is used.",
    de: "Die erste Adresse jeder Zeile wird verwendet.",
  },
  inFile: {
    en: "{count, plural, one {# address} other {# addresses}} in {name}",
    de: "{count, plural, one {# Adresse} other {# Adressen}} in {name}",
  },
  note: { en: "Note", de: "Notiz" },
  added: {
    en: "{added, plural, one {# address added} other {# addresses added}}, {already} already on the list",
    de: "{added, plural, one {# Adresse hinzugefügt} other {# Adressen hinzugefügt}}, {already} schon auf der Liste",
  },
  rejected: { en: "Invalid addresses", de: "Ungültige Adressen" },
  andMore: { en: "and {count} more", de: "und {count} weitere" },
  cancel: { en: "Cancel", de: "Abbrechen" },
  lift: { en: "Remove", de: "Entfernen" },
  liftTitle: {
    en: "Let workspaces send to {address} again?",
    de: "Arbeitsbereiche wieder an {address} senden lassen?",
  },
  liftBody: {
    en: "The address may still be on a workspace’s own suppression list. The audit log keeps your reason.",
    de: "Die Adresse kann noch auf der Sperrliste eines Arbeitsbereichs stehen. Das Audit-Protokoll hält Ihren Grund fest.",
  },
  why: { en: "Reason", de: "Grund" },
  lifted: {
    en: "Address removed from the suppression list",
    de: "Adresse von der Sperrliste entfernt",
  },
});
