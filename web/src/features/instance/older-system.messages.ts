import { messages } from "../../i18n.ts";

export const t = messages({
  title: {
    en: "The main database (system.db) is an older copy",
    de: "Die Hauptdatenbank (system.db) ist eine ältere Kopie",
  },
  what: {
    en: "Changes that were saved are missing: the file is an older copy, or its -wal file was cut. People who were removed, old roles and old passwords may work again, addresses and domains that this instance blocked may be missing, and the audit log has a gap.",
    de: "Gespeicherte Änderungen fehlen: Die Datei ist eine ältere Kopie, oder ihre -wal-Datei wurde abgeschnitten. Entfernte Personen, alte Rollen und alte Passwörter gelten möglicherweise wieder, in dieser Instanz gesperrte Adressen und Domains können fehlen, und das Audit-Protokoll hat eine Lücke.",
  },
  changes: {
    en: "At least {records, plural, one {# change is} other {# changes are}} missing.",
    de: "Mindestens {records, plural, one {# Änderung fehlt} other {# Änderungen fehlen}}.",
  },
  done: {
    en: "For safety, everyone was signed out, invitations were cancelled, and API keys were turned off. Campaigns that were sending are paused, scheduled ones are drafts again, and background work is paused.",
    de: "Deshalb wurden alle abgemeldet, Einladungen beendet und API-Schlüssel ausgeschaltet. Laufende Kampagnen sind pausiert, geplante wieder Entwürfe, und Hintergrundarbeiten warten.",
  },
  restore: {
    en: "If you have the right file, stop the server, put it back together with its -wal file, and start again.",
    de: "Haben Sie die richtige Datei, stoppen Sie den Server, legen Sie sie samt ihrer -wal-Datei zurück und starten Sie neu.",
  },
  check: {
    en: "Otherwise check the people and roles of your workspaces and the blocked addresses, then continue with this copy. API keys stay off until someone turns them on again in the settings of each workspace.",
    de: "Prüfen Sie andernfalls die Personen und Rollen Ihrer Arbeitsbereiche und die gesperrten Adressen, und arbeiten Sie dann mit dieser Kopie weiter. API-Schlüssel bleiben ausgeschaltet, bis jemand sie in den Einstellungen des jeweiligen Arbeitsbereichs wieder einschaltet.",
  },
  place: { en: "Path: {path}", de: "Pfad: {path}" },
  goOn: { en: "Continue with this copy", de: "Mit dieser Kopie weiterarbeiten" },
  goOnQuestion: {
    en: "Continue with this copy of the main database?",
    de: "Mit dieser Kopie der Hauptdatenbank weiterarbeiten?",
  },
  goOnBody: {
    en: "Everyone in this copy can sign in again with the password they had when it was made, and background work resumes. First check that nobody in it has been removed since.",
    de: "Alle Personen in dieser Kopie können sich wieder mit dem Passwort von damals anmelden, und Hintergrundarbeiten laufen weiter. Prüfen Sie vorher, dass niemand darin inzwischen entfernt wurde.",
  },
});
