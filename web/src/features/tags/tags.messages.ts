import { messages } from "../../i18n.ts";

export const t = messages({
  tags: { en: "Tags", de: "Tags" },
  contacts: { en: "Contacts", de: "Kontakte" },
  newTag: { en: "New tag", de: "Neues Tag" },
  search: { en: "Search by name", de: "Nach Name suchen" },
  none: { en: "No tags yet", de: "Noch keine Tags" },
  noneBody: {
    en: "A tag is a label for contacts, such as “VIP”, so that you can find them again.",
    de: "Ein Tag kennzeichnet Kontakte, etwa „VIP“, damit Sie sie wiederfinden.",
  },
  noMatch: { en: "No tags found", de: "Keine Tags gefunden" },
  name: { en: "Name", de: "Name" },
  people: { en: "Contacts", de: "Kontakte" },
  created: { en: "Created", de: "Erstellt" },
  rename: { en: "Rename", de: "Umbenennen" },
  merge: { en: "Merge into another tag", de: "Mit anderem Tag zusammenführen" },
  mergeBody: {
    en: "Everyone tagged “{name}” gets the other tag instead, and “{name}” is deleted.",
    de: "Alle mit „{name}“ erhalten stattdessen das andere Tag, und „{name}“ wird gelöscht.",
  },
  into: { en: "Merge into", de: "Zusammenführen mit" },
  choose: { en: "Choose…", de: "Wählen…" },
  merged: { en: "Merging tags", de: "Die Tags werden zusammengeführt" },
  remove: { en: "Delete", de: "Löschen" },
  removeAsk: { en: "Delete the tag “{name}”?", de: "Tag „{name}“ löschen?" },
  removeBody: {
    en: "{count, plural, one {# contact loses this tag. The contact stays.} other {# contacts lose this tag. The contacts stay.}} This cannot be undone.",
    de: "{count, plural, one {# Kontakt verliert dieses Tag. Der Kontakt bleibt.} other {# Kontakte verlieren dieses Tag. Die Kontakte bleiben.}} Das lässt sich nicht rückgängig machen.",
  },
  removed: { en: "Tag deleted", de: "Tag gelöscht" },
  create: { en: "Create", de: "Erstellen" },
  save: { en: "Save", de: "Speichern" },
  cancel: { en: "Cancel", de: "Abbrechen" },
});
