import { messages } from "../../i18n.ts";

export const t = messages({
  lists: { en: "Lists", de: "Listen" },
  contacts: { en: "Contacts", de: "Kontakte" },
  newList: { en: "New list", de: "Neue Liste" },
  searchLists: { en: "Search by name", de: "Nach Name suchen" },
  none: { en: "No lists yet", de: "Noch keine Listen" },
  noneBody: {
    en: "A list is a group of people who signed up for the same thing, such as a newsletter.",
    de: "Eine Liste ist eine Gruppe von Personen, die sich für dasselbe angemeldet haben, etwa einen Newsletter.",
  },
  noMatch: { en: "No lists found", de: "Keine Listen gefunden" },
  name: { en: "Name", de: "Name" },
  description: { en: "Description", de: "Beschreibung" },
  descriptionPublic: { en: "Everyone can read this.", de: "Das können alle lesen." },
  public: { en: "Public", de: "Öffentlich" },
  isPublic: { en: "Public list", de: "Öffentliche Liste" },
  isPublicHint: {
    en: "People see the name and description in forms and on their preferences page, and can subscribe and unsubscribe themselves.",
    de: "Personen sehen Name und Beschreibung in Formularen und auf ihrer Einstellungsseite und können sich selbst an- und abmelden.",
  },
  doubleOptIn: { en: "Double opt-in", de: "Double-Opt-in" },
  doubleOptInHint: {
    en: "People who sign up with a form confirm their address with a link we email them.",
    de: "Wer sich per Formular anmeldet, bestätigt die Adresse über einen Link in einer E-Mail.",
  },
  subscribed: { en: "Subscribed", de: "Angemeldet" },
  pending: { en: "Not confirmed", de: "Nicht bestätigt" },
  waitingByForm: { en: "{count} from forms", de: "{count} aus Formularen" },
  unsubscribed: { en: "Unsubscribed", de: "Abgemeldet" },
  changed: { en: "Changed", de: "Geändert" },
  edit: { en: "Edit", de: "Bearbeiten" },
  remove: { en: "Delete", de: "Löschen" },
  removeAsk: { en: "Delete the list “{name}”?", de: "Liste „{name}“ löschen?" },
  removeBody: {
    en: "This deletes its {count, plural, one {# subscription} other {# subscriptions}}. The contacts stay. This cannot be undone.",
    de: "Damit {count, plural, one {wird # Anmeldung} other {werden # Anmeldungen}} gelöscht. Die Kontakte bleiben. Das lässt sich nicht rückgängig machen.",
  },
  useForms: {
    en: "These forms add people to it: {names}.",
    de: "Diese Formulare tragen Personen darin ein: {names}.",
  },
  useOnlyForms: {
    en: "These forms have no other list and will stop accepting sign-ups: {names}.",
    de: "Diese Formulare haben keine andere Liste und nehmen dann keine Anmeldungen mehr an: {names}.",
  },
  useSegments: {
    en: "These segments use it and will not work in campaigns until you change them: {names}.",
    de: "Diese Segmente verwenden sie und lassen sich erst nach einer Änderung wieder in Kampagnen verwenden: {names}.",
  },
  useDrafts: {
    en: "These campaigns use it in their audience and will not be sent until you change them: {names}.",
    de: "Diese Kampagnen haben sie in ihrer Zielgruppe und werden erst nach einer Änderung gesendet: {names}.",
  },
  useRunning: {
    en: "These campaigns are sending to it now: {names}.",
    de: "Diese Kampagnen werden gerade an sie gesendet: {names}.",
  },
  useWaiting: {
    en: "{count, plural, one {# person has} other {# people have}} signed up with a form but not confirmed yet. Their sign-ups will be lost.",
    de: "{count, plural, one {# Person hat} other {# Personen haben}} sich per Formular angemeldet und noch nicht bestätigt. Diese Anmeldungen gehen verloren.",
  },
  removed: { en: "List deleted", de: "Liste gelöscht" },
  create: { en: "Create", de: "Erstellen" },
  save: { en: "Save", de: "Speichern" },
  cancel: { en: "Cancel", de: "Abbrechen" },
});
