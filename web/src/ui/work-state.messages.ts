import { messages } from "../i18n.ts";

export const t = messages({
  uploaded: { en: "Needs your input", de: "Wartet auf Ihre Eingabe" },
  queued: { en: "Waiting", de: "Wartet" },
  running: { en: "Running", de: "Läuft" },
  done: { en: "Done", de: "Fertig" },
  failed: { en: "Failed", de: "Fehlgeschlagen" },
  cancelled: { en: "Cancelled", de: "Abgebrochen" },
  progress: { en: "Progress", de: "Fortschritt" },
  doneOf: { en: "{done} of {total}", de: "{done} von {total}" },
});
