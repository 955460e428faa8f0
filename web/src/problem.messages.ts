import type { ErrorCode } from "../../server/app.ts";
import { type Locale, messages } from "./i18n.ts";

/** The title of each refusal. The compiler reports a code without a title. */
export const t = messages({
  invalid_input: { en: "Please check your input", de: "Bitte prüfen Sie Ihre Eingaben" },
  unauthenticated: { en: "Sign in first", de: "Bitte melden Sie sich zuerst an" },
  forbidden: { en: "Not allowed", de: "Nicht erlaubt" },
  not_found: { en: "Not found", de: "Nicht gefunden" },
  method_not_allowed: { en: "Method not allowed", de: "Methode nicht erlaubt" },
  conflict: { en: "Already exists", de: "Bereits vorhanden" },
  in_use: { en: "In use", de: "Wird noch verwendet" },
  changed_meanwhile: { en: "Changed in the meantime", de: "Inzwischen geändert" },
  in_progress: { en: "Still in progress", de: "Noch in Arbeit" },
  limit_reached: { en: "Limit reached", de: "Limit erreicht" },
  erased: { en: "Erased on request", de: "Auf Verlangen gelöscht" },
  illegal_state: { en: "Not possible right now", de: "Zurzeit nicht möglich" },
  stale_version: { en: "Changed by someone else", de: "Von jemand anderem geändert" },
  too_large: { en: "Too large", de: "Zu groß" },
  unsupported_media: { en: "Content type not supported", de: "Dateityp wird nicht unterstützt" },
  rate_limited: { en: "Too many requests", de: "Zu viele Anfragen" },
  on_hold: {
    en: "Only the administrator can sign in",
    de: "Nur der Administrator kann sich anmelden",
  },
  setup_required: {
    en: "Finish the setup first",
    de: "Bitte schließen Sie zuerst die Einrichtung ab",
  },
  setup_done: { en: "Setup is already finished", de: "Die Einrichtung ist bereits abgeschlossen" },
  unreachable: {
    en: "Another server did not respond as expected",
    de: "Ein anderer Server hat nicht wie erwartet geantwortet",
  },
  unavailable: { en: "Temporarily unavailable", de: "Vorübergehend nicht verfügbar" },
  workspace_unavailable: {
    en: "This workspace is turned off",
    de: "Dieser Arbeitsbereich ist stillgelegt",
  },
  internal: { en: "Server error", de: "Fehler auf dem Server" },
  offline: { en: "Cannot reach the server", de: "Der Server ist nicht erreichbar" },
  offlineHint: {
    en: "Check your connection and try again.",
    de: "Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  },
  badAnswer: {
    en: "The server returned an error ({status})",
    de: "Der Server hat einen Fehler gemeldet ({status})",
  },
  badAnswerHint: {
    en: "The server did not say why. Its log has details.",
    de: "Der Server hat keinen Grund genannt. Einzelheiten stehen in seinem Protokoll.",
  },
  unexpected: { en: "Something went wrong", de: "Etwas ist schiefgegangen" },
} satisfies Record<ErrorCode, Record<Locale, string>> & Record<string, Record<Locale, string>>);
