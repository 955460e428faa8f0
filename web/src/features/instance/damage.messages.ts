import { messages } from "../../i18n.ts";

export const t = messages({
  damage: { en: "Damaged files", de: "Beschädigte Dateien" },
  damageBody: {
    en: "Files that were damaged or lost. A workspace whose file cannot be used is turned off: nothing in it is shown or sent. All other workspaces keep working.",
    de: "Dateien, die beschädigt oder verloren sind. Ein Arbeitsbereich, dessen Datei nicht benutzbar ist, ist stillgelegt: Nichts davon wird angezeigt oder gesendet. Alle anderen Arbeitsbereiche laufen weiter.",
  },
  none: { en: "All workspaces are working.", de: "Alle Arbeitsbereiche funktionieren." },
  setAside: { en: "{name} is turned off", de: "{name} ist stillgelegt" },
  unnamed: { en: "A workspace", de: "Ein Arbeitsbereich" },
  checkAgain: { en: "Check again", de: "Erneut prüfen" },
  useAsItIs: { en: "Use it anyway", de: "Trotzdem verwenden" },
  useQuestion: {
    en: "Use this workspace without its latest changes?",
    de: "Diesen Arbeitsbereich ohne die letzten Änderungen verwenden?",
  },
  useBody: {
    en: "People who unsubscribed recently may get mail again, and some messages may be sent twice.",
    de: "Personen, die sich zuletzt abgemeldet haben, erhalten möglicherweise wieder E-Mails, und manche Nachrichten werden möglicherweise doppelt gesendet.",
  },
  back: { en: "The workspace is working again", de: "Der Arbeitsbereich funktioniert wieder" },
  still: { en: "The file still cannot be used", de: "Die Datei ist weiterhin nicht benutzbar" },
  missing: {
    en: "The file is missing. Restore it from your backup.",
    de: "Die Datei fehlt. Stellen Sie sie aus Ihrer Sicherung wieder her.",
  },
  unreadable: {
    en: "SwiftMail has no permission to read and write the file. Grant it to the user that runs SwiftMail.",
    de: "SwiftMail hat keine Rechte, die Datei zu lesen und zu schreiben. Geben Sie sie dem Benutzer, unter dem SwiftMail läuft.",
  },
  not_a_database: {
    en: "The file is not a workspace database. Restore the right one from your backup.",
    de: "Die Datei ist keine Datenbank eines Arbeitsbereichs. Stellen Sie die richtige aus Ihrer Sicherung wieder her.",
  },
  damaged: {
    en: "Parts of the file are damaged. Restore it from your backup.",
    de: "Teile der Datei sind beschädigt. Stellen Sie sie aus Ihrer Sicherung wieder her.",
  },
  newer: {
    en: "A newer version of SwiftMail wrote the file. Run that version.",
    de: "Eine neuere Version von SwiftMail hat die Datei geschrieben. Starten Sie diese Version.",
  },
  migration_failed: {
    en: "The file could not be updated to this version. Restore it from your backup.",
    de: "Die Datei ließ sich nicht auf diese Version bringen. Stellen Sie sie aus Ihrer Sicherung wieder her.",
  },
  io_error: {
    en: "The disk could not read or write the file. SwiftMail tries again every minute.",
    de: "Der Datenträger konnte die Datei nicht lesen oder schreiben. SwiftMail versucht es jede Minute erneut.",
  },
  replaced: {
    en: "The file was replaced while in use. Check whether it is the right one.",
    de: "Die Datei wurde im Betrieb ersetzt. Prüfen Sie, ob es die richtige ist.",
  },
  log_missing: {
    en: "The -wal file is missing, and with it the latest changes. Restore it, or use the workspace without these changes.",
    de: "Die Datei mit der Endung -wal fehlt und mit ihr die letzten Änderungen. Stellen Sie sie wieder her, oder verwenden Sie den Arbeitsbereich ohne diese Änderungen.",
  },
  no_tables: {
    en: "The file is empty: all data was in the -wal file, which is missing or empty. Restore that file, or restore the workspace from your backup.",
    de: "Die Datei ist leer: Alle Daten standen in der Datei mit der Endung -wal, die fehlt oder leer ist. Stellen Sie diese Datei oder den Arbeitsbereich aus Ihrer Sicherung wieder her.",
  },
  other_workspace: {
    en: "The file belongs to another workspace. Put the right file back under this name; if two files were swapped, swap them back.",
    de: "Die Datei gehört zu einem anderen Arbeitsbereich. Legen Sie die richtige Datei unter diesem Namen zurück. Wurden zwei Dateien vertauscht, tauschen Sie sie zurück.",
  },
  wrong_log: {
    en: "The file and its -wal file do not belong together, because one of them is an older copy. Put back the file that was there before and keep the -wal file: it contains the latest changes. If you no longer have it, move the -wal file away and restore the workspace from your backup.",
    de: "Die Datei und die zugehörige Datei mit der Endung -wal passen nicht zusammen, weil eine von beiden eine ältere Kopie ist. Legen Sie die vorherige Datei zurück, und behalten Sie die Datei mit der Endung -wal: Darin stehen die letzten Änderungen. Haben Sie die vorherige Datei nicht mehr, verschieben Sie die Datei mit der Endung -wal an einen anderen Ort, und stellen Sie den Arbeitsbereich aus Ihrer Sicherung wieder her.",
  },
  journal_bytes: {
    en: "Part of the journal could not be read",
    de: "Ein Teil des Journals war nicht lesbar",
  },
  journal_bytesBody: {
    en: "Some unsubscribes may be lost. Every campaign that was sending is therefore paused, and no campaign can be sent until you dismiss this notice. Before you resume a campaign, check who unsubscribed, for example in the replies to your support address.",
    de: "Möglicherweise sind Abmeldungen verloren. Deshalb ist jede Kampagne angehalten, die gerade gesendet wurde, und keine Kampagne kann gesendet werden, bis Sie diesen Hinweis ausblenden. Prüfen Sie vor dem Fortsetzen, wer sich abgemeldet hat, zum Beispiel in den Antworten an Ihre Support-Adresse.",
  },
  journal_missing: { en: "Part of the journal was missing", de: "Ein Teil des Journals fehlte" },
  journal_missingBody: {
    en: "The server keeps recent delivery results, opens, clicks and unsubscribes in the journal before they reach the workspaces. Everything in the missing part is lost. If you still have the folder, stop the server, put the folder back and start again. Campaigns that were sending are paused, and messages that were being sent are on hold. Decide about them in each campaign, and check who unsubscribed before you resume it. If the whole local folder was missing, test inboxes and uploaded files that were waiting are gone too. No campaign can be sent until you dismiss this notice.",
    de: "Der Server hält neue Versandergebnisse, Öffnungen, Klicks und Abmeldungen im Journal fest, bevor sie in die Arbeitsbereiche gelangen. Was im fehlenden Teil stand, ist verloren. Haben Sie den Ordner noch, stoppen Sie den Server, legen Sie den Ordner zurück und starten Sie neu. Kampagnen, die gerade gesendet wurden, sind angehalten, und Nachrichten, die unterwegs waren, sind zurückgehalten: Entscheiden Sie in jeder Kampagne darüber, und prüfen Sie vor dem Fortsetzen, wer sich abgemeldet hat. Fehlte der ganze Ordner local, sind auch Test-Postfächer und wartende hochgeladene Dateien verloren. Kampagnen können erst wieder gesendet werden, wenn Sie diesen Hinweis ausblenden.",
  },
  inbox_damaged: {
    en: "A test inbox was damaged and has been reset",
    de: "Ein Test-Postfach war beschädigt und wurde zurückgesetzt",
  },
  inbox_missing: {
    en: "A test inbox was missing and has been created again, empty",
    de: "Ein Test-Postfach fehlte und wurde leer neu angelegt",
  },
  inbox_missingBody: {
    en: "If you need the mail that was in it, stop the server, restore the file from your backup, and start again.",
    de: "Benötigen Sie die E-Mails darin, stoppen Sie den Server, stellen Sie die Datei aus Ihrer Sicherung wieder her und starten Sie neu.",
  },
  inbox_unusable: {
    en: "A test inbox cannot be used",
    de: "Ein Test-Postfach ist nicht benutzbar",
  },
  inbox_unusableBody: {
    en: "It receives no mail until this is fixed. SwiftMail may lack permission to read and write the file, the disk may have a fault, or a newer version of SwiftMail may have written it. The command swiftmail doctor shows which.",
    de: "Bis das behoben ist, kommen dort keine E-Mails an. Entweder fehlen SwiftMail die Rechte, die Datei zu lesen und zu schreiben, oder der Datenträger ist fehlerhaft, oder eine neuere Version von SwiftMail hat die Datei geschrieben. Der Befehl swiftmail doctor zeigt die Ursache.",
  },
  limits_lost: {
    en: "The record of sending limits was lost",
    de: "Die Aufzeichnung der Versandlimits ist verloren",
  },
  limits_lostBody: {
    en: "SwiftMail no longer knows which quotas are used up, how far warm-ups have progressed and what is paused because of server replies. It may exceed a relay’s quota today. If that matters, stop the server, restore the file from your backup, and start again.",
    de: "SwiftMail weiß nicht mehr, welche Kontingente verbraucht sind, wie weit das Aufwärmen ist und was wegen Antworten von Servern pausiert ist. Ein Relay erhält heute möglicherweise mehr als sein Kontingent. Ist das wichtig, stoppen Sie den Server, stellen Sie die Datei aus Ihrer Sicherung wieder her und starten Sie neu.",
  },
  holder_unreadable: {
    en: "The file that names the running server was damaged and has been rewritten",
    de: "Die Datei, die den laufenden Server nennt, war beschädigt und wurde neu geschrieben",
  },
  holder_unreadableBody: {
    en: "Nothing was lost. Check the disk, because other files may be affected.",
    de: "Es ging nichts verloren. Prüfen Sie den Datenträger, denn andere Dateien können betroffen sein.",
  },
  older_copy: {
    en: "A workspace file is an older copy, made before campaigns were sent",
    de: "Die Datei eines Arbeitsbereichs ist eine ältere Kopie aus der Zeit vor dem Versand von Kampagnen",
  },
  older_copyBody: {
    en: "Campaigns that were sending are paused, and scheduled campaigns are drafts again. They may have been sent, changed or cancelled after the copy was made. Check each of them before you send it. The workspace cannot send new campaigns until you dismiss this notice.",
    de: "Kampagnen im Versand sind pausiert, und geplante Kampagnen sind wieder Entwürfe. Möglicherweise wurden sie nach dieser Kopie gesendet, geändert oder abgebrochen. Prüfen Sie jede, bevor Sie sie senden. Der Arbeitsbereich kann neue Kampagnen erst senden, wenn Sie diesen Hinweis ausblenden.",
  },
  changes_lost: {
    en: "A workspace file lacks changes that were saved",
    de: "In der Datei eines Arbeitsbereichs fehlen gespeicherte Änderungen",
  },
  changes_lostBody: {
    en: "The file is an older copy, or its -wal file was cut. People who unsubscribed or were suppressed may be mailable again. Campaigns that were sending are paused, and scheduled campaigns are drafts again. Use a newer copy of the file if you have one, or check who unsubscribed before you send. The workspace cannot send new campaigns until you dismiss this notice.",
    de: "Die Datei ist eine ältere Kopie, oder ihre -wal-Datei wurde abgeschnitten. Personen, die sich abgemeldet haben oder gesperrt wurden, erhalten möglicherweise wieder E-Mails. Kampagnen im Versand sind pausiert, und geplante Kampagnen sind wieder Entwürfe. Verwenden Sie eine neuere Kopie der Datei, falls Sie eine haben, oder prüfen Sie vor dem Senden, wer sich abgemeldet hat. Der Arbeitsbereich kann neue Kampagnen erst senden, wenn Sie diesen Hinweis ausblenden.",
  },
  results_lost: {
    en: "A workspace file is an older copy, so some results are lost",
    de: "Die Datei eines Arbeitsbereichs ist eine ältere Kopie, deshalb fehlen Ergebnisse",
  },
  results_lostBody: {
    en: "Some results, opens, clicks and unsubscribes from after the copy was made are missing, so the numbers are too low. Campaigns that were sending are paused, and scheduled campaigns are drafts again. Recipients shown as waiting may already have received the message and would get it twice, or may have unsubscribed. Use a newer copy of the file if you have one, or check who unsubscribed before you resume. The workspace cannot send new campaigns until you dismiss this notice.",
    de: "Seit dieser Kopie fehlen Ergebnisse, Öffnungen, Klicks und Abmeldungen, daher sind die Zahlen zu niedrig. Kampagnen im Versand sind pausiert, und geplante Kampagnen sind wieder Entwürfe. Wartende Empfänger haben die Nachricht möglicherweise schon erhalten und bekämen sie doppelt, oder haben sich abgemeldet. Verwenden Sie eine neuere Kopie der Datei, falls Sie eine haben, oder prüfen Sie vor dem Fortsetzen, wer sich abgemeldet hat. Der Arbeitsbereich kann neue Kampagnen erst senden, wenn Sie diesen Hinweis ausblenden.",
  },
  system_unchecked: {
    en: "SwiftMail cannot tell whether the main database (system.db) is complete",
    de: "SwiftMail kann nicht feststellen, ob die Hauptdatenbank (system.db) vollständig ist",
  },
  system_uncheckedBody: {
    en: "The file in which SwiftMail notes the state of the main database was missing or damaged, and has been created again. If you have put back an older copy of the main database, people who were removed and API keys that were revoked work again. Check them.",
    de: "Die Datei, in der SwiftMail den Stand der Hauptdatenbank festhält, fehlte oder war beschädigt und wurde neu angelegt. Falls Sie eine ältere Kopie der Hauptdatenbank zurückgelegt haben, haben entfernte Personen und widerrufene API-Schlüssel wieder Zugang. Prüfen Sie das.",
  },
  workspace_unknown: {
    en: "A workspace file is not listed in the main database",
    de: "Die Hauptdatenbank kennt einen Arbeitsbereich nicht, dessen Datei vorhanden ist",
  },
  workspace_unknownBody: {
    en: "The main database in use is an older copy from before this workspace was created. Nobody can open the workspace, and none of its mail is sent. Keep the file. To bring the workspace back, restore a newer copy of the main database.",
    de: "Die verwendete Hauptdatenbank ist eine ältere Kopie aus der Zeit, bevor dieser Arbeitsbereich angelegt wurde. Niemand kann ihn öffnen, und nichts davon wird gesendet. Bewahren Sie die Datei auf. Um den Arbeitsbereich zurückzuholen, stellen Sie eine neuere Kopie der Hauptdatenbank wieder her.",
  },
  lost: {
    en: "{bytes, plural, one {# byte} other {# bytes}} could not be read. At least {records, plural, one {# record is} other {# records are}} lost: a delivery result, open, click or unsubscribe.",
    de: "{bytes, plural, one {# Byte war} other {# Bytes waren}} nicht lesbar. Mindestens {records, plural, one {# Eintrag ist} other {# Einträge sind}} verloren: ein Versandergebnis, eine Öffnung, ein Klick oder eine Abmeldung.",
  },
  place: { en: "Path: {path}", de: "Pfad: {path}" },
  kept: {
    en: "The damaged file was kept at {path}.",
    de: "Die beschädigte Datei liegt unter {path}.",
  },
  read: { en: "Dismiss", de: "Ausblenden" },
  missedTitle: {
    en: "{count, plural, one {# open or click was} other {# opens and clicks were}} not counted",
    de: "{count, plural, one {# Öffnung oder Klick wurde} other {# Öffnungen und Klicks wurden}} nicht gezählt",
  },
  missedBody: {
    en: "At some point since the last start, the journal could not be written. Links still worked for visitors.",
    de: "Seit dem letzten Start ließ sich das Journal zeitweise nicht schreiben. Die Links haben für Besucher trotzdem funktioniert.",
  },
});
