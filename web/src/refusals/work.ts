import type { RefusalWords } from "./words.ts";

export const work = {
  task_unstoppable: { de: "Diese Art von Aufgabe kann nicht auf halbem Weg gestoppt werden." },
  task_ended: { de: "Diese Aufgabe ist bereits beendet." },
  task_not_failed: {
    de: "Nur fehlgeschlagene Aufgaben, die sich fortsetzen lassen, können fortgesetzt werden.",
  },
  task_not_undoable: { de: "Diese Art von Aufgabe kann nicht rückgängig gemacht werden." },
  task_too_late_to_undo: {
    de: "Diese Aufgabe läuft noch, wurde bereits rückgängig gemacht oder ist älter als eine Woche.",
  },

  task_failed: {
    de: "Auf dem Server ist etwas schiefgegangen. Was bis dahin getan wurde, bleibt getan.",
  },
  export_unwritable: {
    de: "Die Datei konnte nicht geschrieben werden. Vielleicht ist der Datenträger dieses Servers voll, oder der bisher geschriebene Teil ist beschädigt. Starten Sie den Export erneut.",
  },
  file_damaged: {
    de: "Die Datei ist beschädigt: Sie hat nicht mehr die Größe, mit der sie geschrieben wurde. Erstellen Sie eine neue, und prüfen Sie den Datenträger dieses Servers.",
  },
  request_failed: {
    de: "Die Anfrage konnte wegen eines Fehlers dieses Servers nicht abgeschlossen werden. Einzelheiten stehen in seinem Protokoll.",
  },
  person_erased_meanwhile: { de: "Die Person wurde inzwischen gelöscht." },
  import_failed: {
    de: "Der Import wurde wegen eines Fehlers dieses Servers angehalten. Einzelheiten stehen in seinem Protokoll. Er kann fortgesetzt werden.",
  },
  import_disk_full: {
    de: "Der Datenträger dieses Servers ist voll. Nichts ist verloren: Schaffen Sie Platz, und setzen Sie diesen Import dann fort.",
  },
  import_erased_meanwhile: {
    de: "Der Import wurde wegen eines Fehlers dieses Servers angehalten. Während er lief, wurde jemand auf Verlangen gelöscht. Deshalb wurde seine Datei entfernt. Laden Sie sie erneut hoch, um den Rest zu importieren.",
  },

  not_a_campaign: {
    en: "This is not a campaign in this workspace.",
    de: "Das ist keine Kampagne dieses Arbeitsbereichs.",
  },
  unknown_column: {
    en: "There is no column {column}.",
    de: "Die Spalte {column} gibt es nicht.",
  },
  segment_or_filter: {
    en: "A segment cannot be combined with a filter.",
    de: "Ein Segment kann nicht mit einem Filter kombiniert werden.",
  },
  export_without_file: { de: "Dieser Export hat noch keine Datei." },
  export_file_gone: {
    de: "Die Datei dieses Exports ist nicht mehr da: Dateien werden nach einer Woche gelöscht. Erstellen Sie einen neuen Export.",
  },
  request_without_file: { de: "Diese Anfrage hat keine Datei." },
  request_file_gone: { de: "Die Datei dieser Anfrage wurde gelöscht. Stellen Sie eine neue." },
  link_expired: { de: "Dieser Link ist ungültig oder abgelaufen." },
  link_of_nobody: {
    de: "Dieser Link gilt nicht mehr, weil die Person, die ihn erstellt hat, keinen Zugriff mehr auf die Datei hat.",
  },

  file_missing: { de: "Die Anfrage enthält keine Datei." },
  form_without_file: { de: "Das Formular enthält keine Datei." },
  form_unreadable: { de: "Das Formular konnte nicht gelesen werden." },
  upload_incomplete: { de: "Die Datei wurde nicht vollständig hochgeladen." },
  upload_too_large: {
    de: "Die Datei ist größer als {megabytes, number} MB. Teilen Sie sie auf, und importieren Sie die Teile.",
  },
  upload_disk_full: {
    de: "Der Datenträger dieses Servers ist voll. Schaffen Sie Platz, und laden Sie die Datei erneut hoch.",
  },
  file_empty: { de: "Die Datei ist leer." },
  file_blank: { de: "Die Datei enthält nur Leerzeichen." },
  file_binary: {
    de: "Das ist kein Text: Die Datei sieht aus wie ein Programm, ein Bild oder eine andere Binärdatei.",
  },
  file_is_excel: {
    de: "Das ist eine Excel-Arbeitsmappe. Öffnen Sie sie, und speichern Sie sie als CSV.",
  },
  file_is_spreadsheet: {
    de: "Das ist eine LibreOffice-Tabelle. Öffnen Sie sie, und speichern Sie sie als CSV.",
  },
  file_is_zip: {
    de: "Das ist ein ZIP-Archiv. Entpacken Sie es, und laden Sie die enthaltene CSV-Datei hoch.",
  },
  file_is_html: {
    de: "Das ist eine Webseite, keine CSV-Datei. Wenn sie von einem Link stammt, müssen Sie sich dort vielleicht zuerst anmelden.",
  },
  file_is_pdf: { de: "Das ist ein PDF-Dokument, keine CSV-Datei." },
  file_is_old_excel: {
    de: "Das ist eine alte Excel-Arbeitsmappe (.xls). Öffnen Sie sie, und speichern Sie sie als CSV.",
  },
  file_is_png: { de: "Das ist ein Bild (PNG), keine CSV-Datei." },
  file_is_jpeg: { de: "Das ist ein Bild (JPEG), keine CSV-Datei." },
  file_is_gif: { de: "Das ist ein Bild (GIF), keine CSV-Datei." },
  file_is_riff: { de: "Das ist ein Bild oder eine Aufnahme, keine CSV-Datei." },
  file_is_gzip: { de: "Diese Datei ist komprimiert (gzip). Entpacken Sie sie zuerst." },
  file_is_7z: { de: "Diese Datei ist komprimiert (7z). Entpacken Sie sie zuerst." },
  file_is_rar: { de: "Diese Datei ist komprimiert (RAR). Entpacken Sie sie zuerst." },
  file_is_rtf: { de: "Das ist ein Textdokument (RTF), keine CSV-Datei." },
  file_is_database: { de: "Das ist eine Datenbank, keine CSV-Datei." },
  file_is_json: { de: "Das ist eine JSON-Datei, keine CSV-Datei." },
  file_is_xml: { de: "Das ist eine XML-Datei, keine CSV-Datei." },
  upload_gone: {
    de: "Die hochgeladene Datei ist nicht mehr auf diesem Server. Laden Sie sie erneut hoch.",
  },
  upload_damaged: {
    de: "Die hochgeladene Datei wurde nach dem Hochladen auf diesem Server abgeschnitten, verändert oder entfernt. Laden Sie sie erneut hoch. Schon importierte Zeilen bleiben und können rückgängig gemacht werden.",
  },
  import_forgotten: {
    de: "Sieben Tage lang hat niemand diesen Import gestartet oder fortgesetzt. Deshalb wurde seine Datei entfernt. Laden Sie sie erneut hoch.",
  },
  import_started: { de: "Dieser Import wurde bereits gestartet." },
  import_not_failed: { de: "Nur fehlgeschlagene Importe können fortgesetzt werden." },
  import_ended: { de: "Dieser Import ist bereits beendet." },
  import_not_undoable: {
    de: "Dieser Import kann nicht rückgängig gemacht werden, oder er wurde es bereits.",
  },
  import_unchecked: {
    de: "Diese Datei ist zu groß, um vor ihrer Prüfung gestartet zu werden. Warten Sie, bis die Prüfung abgeschlossen ist.",
  },
  lists_permission_missing: {
    de: "Sie benötigen das Recht lists:write, um Listen aus einer Datei wiederherzustellen.",
  },
  columns_unanswered: {
    de: "Vor dem Start des Imports brauchen einige Spalten eine Antwort: {columns}. Entscheiden Sie, was ihre Werte bedeuten: angemeldet, abgemeldet oder nichts über E-Mails.",
  },
  column_unanswered: {
    en: "Column {column} “{name}” has the values {values}, and may say who can be emailed.",
    de: "Spalte {column} „{name}“ enthält die Werte {values} und sagt möglicherweise, wer E-Mails erhalten darf.",
    hint: {
      de: "Entscheiden Sie, was „{first}“ bedeutet: angemeldet (darf E-Mails erhalten), abgemeldet (darf keine erhalten) oder nichts (sagt nichts über E-Mails).",
    },
  },
  column_beyond_file: {
    en: "The file has {columns, plural, one {# column} other {# columns}}.",
    de: "Die Datei hat {columns, plural, one {# Spalte} other {# Spalten}}.",
  },
  column_target_twice: {
    en: "Two columns cannot be imported into the same field.",
    de: "Zwei Spalten können nicht zu demselben werden.",
  },
  column_for_email_missing: {
    en: "No column contains the email address.",
    de: "Keine Spalte ist die E-Mail-Adresse.",
  },
  column_label_missing: {
    en: "A new field needs a label.",
    de: "Ein neues Feld braucht eine Bezeichnung.",
  },
  column_not_of_export: {
    en: "This is not a column of a SwiftMail export.",
    de: "Das ist keine Spalte unseres eigenen Exports.",
  },
  agreement_missing: {
    en: "Confirm that everyone in the file agreed to your emails, except where the file says otherwise. Without this, new contacts are held back.",
    de: "Geben Sie an, ob alle, die die Datei nicht ausschließt, Ihren E-Mails zugestimmt haben. Sonst werden neue Kontakte zurückgehalten.",
  },
  value_refuses: {
    en: "This value says that these people must not be emailed. If the column is about something else, leave it out instead.",
    de: "Dieser Wert sagt, dass diese Personen keine E-Mails erhalten dürfen. Lassen Sie die Spalte weg, wenn es in ihr um etwas anderes geht.",
  },
} satisfies Record<string, RefusalWords>;
