import { messages } from "./i18n.ts";

export const t = messages({
  contact_delete: { en: "Delete contacts", de: "Kontakte löschen" },
  contact_suppress: { en: "Suppress contacts", de: "Kontakte sperren" },
  list_add: { en: "Add to a list", de: "Zu einer Liste hinzufügen" },
  list_remove: { en: "Remove from a list", de: "Von einer Liste entfernen" },
  field_set: { en: "Set a field", de: "Feld setzen" },
  field_rename: { en: "Rename a field", de: "Feld umbenennen" },
  field_remove: { en: "Remove a field", de: "Feld entfernen" },
  field_index: { en: "Prepare a field for searching", de: "Feld für die Suche vorbereiten" },
  tag_apply: { en: "Change tags", de: "Tags ändern" },
  tag_merge: { en: "Merge tags", de: "Tags zusammenführen" },
  tag_remove: { en: "Remove a tag", de: "Tag entfernen" },
  segment_fill: { en: "Fill a static segment", de: "Statisches Segment füllen" },
  export: { en: "Export", de: "Export" },
  person_export: { en: "Export of a person’s data", de: "Export der Daten einer Person" },
  person_erase: { en: "Erasure of a person’s data", de: "Löschung der Daten einer Person" },
  contacts: {
    en: "{count, plural, one {# contact} other {# contacts}}",
    de: "{count, plural, one {# Kontakt} other {# Kontakte}}",
  },
  rows: {
    en: "{count, plural, one {# row} other {# rows}}",
    de: "{count, plural, one {# Zeile} other {# Zeilen}}",
  },
  records: {
    en: "{count, plural, one {# record} other {# records}}",
    de: "{count, plural, one {# Datensatz} other {# Datensätze}}",
  },
  undo: { en: "Undo", de: "Rückgängig" },
  stop: { en: "Stop", de: "Stoppen" },
  beingUndone: { en: "Being undone", de: "Wird rückgängig gemacht" },
  wasUndone: {
    en: "Undone for {count, plural, one {# contact} other {# contacts}}",
    de: "Bei {count, plural, one {# Kontakt} other {# Kontakten}} rückgängig gemacht",
  },
  background: { en: "Background work", de: "Hintergrundarbeit" },
  atWork: { en: "{count} running", de: "{count} in Arbeit" },
  noTasks: {
    en: "Nothing was changed in bulk yet.",
    de: "Bisher wurde nichts in großer Zahl geändert.",
  },
});
