import { messages } from "../../i18n.ts";

export const t = messages({
  damage: { en: "Damaged files", de: "Beschädigte Dateien" },
  damageBody: {
    en: "Workspaces whose file cannot be used are set aside: nothing of them is shown or sent, and all others go on.",
    de: "Arbeitsbereiche, deren Datei nicht benutzbar ist, sind stillgelegt: Nichts davon wird angezeigt oder versandt, alle anderen laufen weiter.",
  },
  none: { en: "All workspaces can be used.", de: "Alle Arbeitsbereiche sind benutzbar." },
  setAside: {
    en: "{name} is set aside",
    de: "{name} ist stillgelegt",
  },
  unnamed: { en: "A workspace", de: "Ein Arbeitsbereich" },
  checkAgain: { en: "Check again", de: "Erneut prüfen" },
  useAsItIs: { en: "Use it as it is", de: "So verwenden" },
  useQuestion: {
    en: "Use this workspace without what was saved last?",
    de: "Diesen Arbeitsbereich ohne das zuletzt Gespeicherte verwenden?",
  },
  useBody: {
    en: "People who unsubscribed last may get mail again, and messages may be sent twice.",
    de: "Personen, die sich zuletzt abgemeldet haben, erhalten möglicherweise wieder E-Mails, und Nachrichten werden möglicherweise doppelt versandt.",
  },
  back: { en: "The workspace is in use again", de: "Der Arbeitsbereich ist wieder in Betrieb" },
  still: { en: "The file still cannot be used", de: "Die Datei ist weiterhin nicht benutzbar" },
  missing: {
    en: "The file is missing. Put it back from your backup.",
    de: "Die Datei fehlt. Stellen Sie sie aus Ihrer Sicherung wieder her.",
  },
  unreadable: {
    en: "SwiftMail may not read and write the file. Give its user the right to.",
    de: "SwiftMail darf die Datei nicht lesen und schreiben. Geben Sie dem Benutzer des Servers das Recht dazu.",
  },
  not_a_database: {
    en: "The file is not a database of a workspace. Put the right one back from your backup.",
    de: "Die Datei ist keine Datenbank eines Arbeitsbereichs. Stellen Sie die richtige aus Ihrer Sicherung wieder her.",
  },
  damaged: {
    en: "Parts of the file are damaged. Put it back from your backup.",
    de: "Teile der Datei sind beschädigt. Stellen Sie sie aus Ihrer Sicherung wieder her.",
  },
  newer: {
    en: "A newer SwiftMail wrote the file. Run that version.",
    de: "Ein neueres SwiftMail hat die Datei geschrieben. Starten Sie diese Version.",
  },
  migration_failed: {
    en: "The file could not be brought to this version. Put it back from your backup.",
    de: "Die Datei ließ sich nicht auf diese Version bringen. Stellen Sie sie aus Ihrer Sicherung wieder her.",
  },
  io_error: {
    en: "The disk could not read or write the file. It is tried again every minute.",
    de: "Der Datenträger konnte die Datei nicht lesen oder schreiben. Es wird jede Minute erneut versucht.",
  },
  replaced: {
    en: "The file was replaced while it was in use. Check whether it is the right one.",
    de: "Die Datei wurde im Betrieb ersetzt. Prüfen Sie, ob es die richtige ist.",
  },
  log_missing: {
    en: "The file ending in -wal is gone, and with it the most recent changes that were not in the main file yet. Put it back, or use the workspace as it is.",
    de: "Die Datei mit der Endung -wal fehlt und mit ihr die letzten Änderungen, die noch nicht in der Hauptdatei standen. Stellen Sie sie wieder her, oder verwenden Sie den Arbeitsbereich so.",
  },
  no_tables: {
    en: "The file has no tables: everything was in the file ending in -wal, and that is gone or empty. Put it back, or restore the workspace from your backup.",
    de: "Die Datei enthält keine Tabellen: Alles stand in der Datei mit der Endung -wal, und diese fehlt oder ist leer. Stellen Sie sie wieder her, oder spielen Sie den Arbeitsbereich aus Ihrer Sicherung ein.",
  },
  journal_bytes: {
    en: "Part of the journal could not be read",
    de: "Ein Teil des Journals war nicht lesbar",
  },
  journal_missing: { en: "Part of the journal was missing", de: "Ein Teil des Journals fehlte" },
  inbox_damaged: {
    en: "A test inbox was damaged and started anew",
    de: "Ein Test-Posteingang war beschädigt und wurde neu angelegt",
  },
  results_lost: {
    en: "The file of a workspace is an older copy, and what happened since is partly lost",
    de: "Die Datei eines Arbeitsbereichs ist eine ältere Kopie, und was seither geschah, ist teilweise verloren",
  },
  results_lostBody: {
    en: "Some results of sending, opens, clicks and unsubscribes of that time are missing, so its numbers are too low. Campaigns that were being sent are paused: people who still wait there may have received the message already and would get a second copy, or may have unsubscribed. Use a newer copy of the file if you have one, or check who unsubscribed before you resume.",
    de: "Aus dieser Zeit fehlen Ergebnisse des Versands, Öffnungen, Klicks und Abmeldungen, daher sind die Zahlen zu niedrig. Kampagnen, die gerade versandt wurden, sind pausiert: Wer dort noch wartet, hat die Nachricht möglicherweise schon erhalten und bekäme sie ein zweites Mal, oder hat sich abgemeldet. Verwenden Sie eine neuere Kopie der Datei, falls Sie eine haben, oder prüfen Sie vor dem Fortsetzen, wer sich abgemeldet hat.",
  },
  lost: {
    en: "{bytes, plural, one {# byte} other {# bytes}} could not be read. At least {records, plural, one {# record is} other {# records are}} lost: a result of sending, an open, a click or an unsubscribe.",
    de: "{bytes, plural, one {# Byte war} other {# Bytes waren}} nicht lesbar. Mindestens {records, plural, one {# Eintrag ist} other {# Einträge sind}} verloren: ein Ergebnis des Versands, eine Öffnung, ein Klick oder eine Abmeldung.",
  },
  place: { en: "Place: {path}", de: "Ort: {path}" },
  kept: {
    en: "The damaged file is kept as {path}.",
    de: "Die beschädigte Datei liegt unter {path}.",
  },
  read: { en: "Dismiss", de: "Verwerfen" },
  missedTitle: {
    en: "{count, plural, one {# open or click was} other {# opens and clicks were}} not counted",
    de: "{count, plural, one {# Öffnung oder Klick wurde} other {# Öffnungen und Klicks wurden}} nicht gezählt",
  },
  missedBody: {
    en: "Since the last start, because the journal could not be written. People still reached their pages.",
    de: "Seit dem letzten Start, weil sich das Journal nicht schreiben ließ. Die Personen haben ihre Seiten trotzdem erreicht.",
  },
});
