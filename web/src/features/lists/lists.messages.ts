import { messages } from "../../i18n.ts";

export const t = messages({
  lists: { en: "Lists", de: "Listen" },
  contacts: { en: "Contacts", de: "Kontakte" },
  newList: { en: "New list", de: "Neue Liste" },
  searchLists: { en: "Search by name", de: "Nach Name suchen" },
  none: { en: "No lists yet", de: "Noch keine Listen" },
  noneBody: {
    en: "A list is a group of people who asked for the same thing, such as a newsletter.",
    de: "Eine Liste ist eine Gruppe von Personen, die dasselbe wollten, etwa einen Newsletter.",
  },
  noMatch: { en: "No list matches", de: "Keine Liste passt" },
  name: { en: "Name", de: "Name" },
  description: { en: "Description", de: "Beschreibung" },
  descriptionPublic: { en: "Everybody can read this.", de: "Das kann jeder lesen." },
  public: { en: "Public", de: "Öffentlich" },
  isPublic: { en: "Public topic", de: "Öffentliches Thema" },
  isPublicHint: {
    en: "People see its name and description in forms and in their preferences, and join and leave it themselves.",
    de: "Personen sehen Name und Beschreibung in Formularen und in ihren Einstellungen und melden sich selbst an und ab.",
  },
  doubleOptIn: { en: "Double opt-in", de: "Double-Opt-in" },
  doubleOptInHint: {
    en: "Who joins by a form confirms the address by a link in a message first.",
    de: "Wer sich per Formular anmeldet, bestätigt die Adresse erst über einen Link in einer Nachricht.",
  },
  subscribed: { en: "Subscribed", de: "Angemeldet" },
  pending: { en: "Not confirmed", de: "Nicht bestätigt" },
  waitingByForm: {
    en: "{count} by form",
    de: "{count} per Formular",
  },
  unsubscribed: { en: "Unsubscribed", de: "Abgemeldet" },
  changed: { en: "Changed", de: "Geändert" },
  edit: { en: "Edit", de: "Bearbeiten" },
  remove: { en: "Delete", de: "Löschen" },
  removeAsk: { en: "Delete the list “{name}”?", de: "Liste „{name}“ löschen?" },
  removeBody: {
    en: "Its {count, plural, one {# subscription goes} other {# subscriptions go}}. The contacts themselves stay. This cannot be undone.",
    de: "{count, plural, one {# Anmeldung geht} other {# Anmeldungen gehen}} verloren. Die Kontakte bleiben. Das lässt sich nicht rückgängig machen.",
  },
  useForms: {
    en: "These forms lead to it: {names}.",
    de: "Diese Formulare führen darauf: {names}.",
  },
  useOnlyForms: {
    en: "These forms lead to no other list and will take no sign-ups: {names}.",
    de: "Diese Formulare führen auf keine andere Liste und nehmen dann keine Anmeldungen mehr an: {names}.",
  },
  useSegments: {
    en: "These segments ask who is in it and cannot be used in campaigns until you change them: {names}.",
    de: "Diese Segmente fragen, wer auf der Liste ist, und lassen sich erst nach einer Änderung wieder in Kampagnen verwenden: {names}.",
  },
  useDrafts: {
    en: "These campaigns have it in their audience and will not be sent until you change them: {names}.",
    de: "Diese Kampagnen haben sie in ihrer Zielgruppe und werden erst nach einer Änderung gesendet: {names}.",
  },
  useRunning: {
    en: "These campaigns are being sent and have it in their audience: {names}.",
    de: "Diese Kampagnen werden gerade gesendet und haben sie in ihrer Zielgruppe: {names}.",
  },
  useWaiting: {
    en: "{count, plural, one {# person has} other {# people have}} signed up by a form and not confirmed yet. Their sign-ups will be lost.",
    de: "{count, plural, one {# Person hat} other {# Personen haben}} sich per Formular angemeldet und noch nicht bestätigt. Diese Anmeldungen gehen verloren.",
  },
  removed: { en: "The list is deleted", de: "Die Liste ist gelöscht" },
  create: { en: "Create", de: "Anlegen" },
  save: { en: "Save", de: "Speichern" },
  cancel: { en: "Cancel", de: "Abbrechen" },
});
