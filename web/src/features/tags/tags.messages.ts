import { messages } from "../../i18n.ts";

export const t = messages({
  tags: { en: "Tags", de: "Tags" },
  contacts: { en: "Contacts", de: "Kontakte" },
  newTag: { en: "New tag", de: "Neues Tag" },
  search: { en: "Search by name", de: "Nach Name suchen" },
  none: { en: "No tags yet", de: "Noch keine Tags" },
  noneBody: {
    en: "A tag is a word that you put on people, such as VIP, to find them again.",
    de: "Ein Tag ist ein Wort, das Sie Personen anheften, etwa VIP, um sie wiederzufinden.",
  },
  noMatch: { en: "No tag matches", de: "Kein Tag passt" },
  name: { en: "Name", de: "Name" },
  people: { en: "People", de: "Personen" },
  created: { en: "Created", de: "Angelegt" },
  rename: { en: "Rename", de: "Umbenennen" },
  merge: { en: "Merge into another", de: "Mit anderem vereinen" },
  mergeBody: {
    en: "Everybody with “{name}” gets the other tag instead, and “{name}” goes.",
    de: "Alle mit „{name}“ bekommen stattdessen das andere Tag, und „{name}“ verschwindet.",
  },
  into: { en: "Into", de: "In" },
  choose: { en: "Choose…", de: "Wählen…" },
  merged: { en: "The tags are being merged", de: "Die Tags werden vereint" },
  remove: { en: "Delete", de: "Löschen" },
  removeAsk: { en: "Delete the tag “{name}”?", de: "Tag „{name}“ löschen?" },
  removeBody: {
    en: "{count, plural, one {It comes off # contact, which stays.} other {It comes off # contacts, which stay.}} This cannot be undone.",
    de: "{count, plural, one {Es wird # Kontakt abgenommen; der Kontakt bleibt.} other {Es wird # Kontakten abgenommen; die Kontakte bleiben.}} Das lässt sich nicht rückgängig machen.",
  },
  removed: { en: "The tag is deleted", de: "Das Tag ist gelöscht" },
  create: { en: "Create", de: "Anlegen" },
  save: { en: "Save", de: "Speichern" },
  cancel: { en: "Cancel", de: "Abbrechen" },
});
