/** Why an import, an export, a privacy request or another task cannot be started, stopped, undone or downloaded. */
export const workReasons = {
  task_unstoppable: "This kind of task cannot be stopped halfway.",
  task_ended: "This task has already ended.",
  task_not_failed: "Only some kinds of failed tasks can be resumed.",
  task_not_undoable: "This kind of task cannot be undone.",
  task_too_late_to_undo: "This task is still running, was already undone, or is older than a week.",

  task_failed: "Something went wrong on the server. Changes made before that remain.",
  export_unwritable:
    "The file could not be written: the disk of this server may be full, or the part written so far is damaged. Start the export again.",
  file_damaged:
    "The file is damaged: it no longer has the size with which it was written. Create a new one, and check the disk of this server.",
  request_failed:
    "The request could not be finished because of an error on this server. The server's log has details.",
  person_erased_meanwhile: "The person was erased in the meantime.",
  import_failed:
    "The import stopped because of an error on this server. The server's log has details. You can resume it.",
  import_disk_full:
    "The disk of this server is full. Nothing is lost. Free some space, then resume this import.",
  import_erased_meanwhile:
    "The import stopped because of an error on this server. A person was erased on request while it ran, so its file was removed. Upload the file again to import the rest.",

  not_a_campaign: "is not a campaign in this workspace",
  unknown_column: ({ column }: { column: string }) => `there is no column ${column}`,
  segment_or_filter: "cannot be combined with a filter",
  export_without_file: "This export has no file yet.",
  export_file_gone:
    "The file of this export is gone: files are deleted after a week. Create a new export.",
  request_without_file: "This request has no file.",
  request_file_gone: "The file of this request was deleted. Make a new request.",
  link_expired: "This link is not valid or has expired.",
  link_of_nobody:
    "This link is no longer valid, because its creator no longer has access to the file.",

  file_missing: "The request contains no file.",
  form_without_file: "The form contains no file.",
  form_unreadable: "The form could not be read.",
  upload_incomplete: "The upload is incomplete.",
  upload_too_large: ({ megabytes }: { megabytes: number }) =>
    `The file is larger than ${megabytes} MB. Split it and import the parts.`,
  upload_disk_full: "The disk of this server is full. Free some space and upload the file again.",
  file_empty: "The file is empty.",
  file_blank: "The file contains only blanks.",
  file_binary:
    "This is not a text file. It looks like a program, a picture or another binary file.",
  file_is_excel: "This is an Excel workbook. Open it and save it as CSV.",
  file_is_spreadsheet: "This is a LibreOffice spreadsheet. Open it and save it as CSV.",
  file_is_zip: "This is a ZIP archive. Unpack it and upload the CSV file inside.",
  file_is_html:
    "This is a web page, not a CSV file. If it comes from a link, you may have to sign in there first.",
  file_is_pdf: "This is a PDF document, not a CSV file.",
  file_is_old_excel: "This is an old Excel workbook (.xls). Open it and save it as CSV.",
  file_is_png: "This is a picture (PNG), not a CSV file.",
  file_is_jpeg: "This is a picture (JPEG), not a CSV file.",
  file_is_gif: "This is a picture (GIF), not a CSV file.",
  file_is_riff: "This is a picture or a recording, not a CSV file.",
  file_is_gzip: "This file is compressed (gzip). Unpack it first.",
  file_is_7z: "This file is compressed (7z). Unpack it first.",
  file_is_rar: "This file is compressed (RAR). Unpack it first.",
  file_is_rtf: "This is a text document (RTF), not a CSV file.",
  file_is_database: "This is a database, not a CSV file.",
  file_is_json: "This is a JSON file, not a CSV file.",
  file_is_xml: "This is an XML file, not a CSV file.",
  upload_gone: "The uploaded file is no longer on this server. Upload it again.",
  upload_damaged:
    "The uploaded file was cut, changed or removed on this server after its upload. Upload it again. Rows that were already imported remain, and can be undone.",
  import_forgotten:
    "Nobody started or resumed this import for 7 days, so its file was removed. Upload it again.",
  import_started: "This import was already started.",
  import_not_failed: "Only failed imports can be continued.",
  import_ended: "This import has already ended.",
  import_not_undoable: "This import cannot be undone or was already undone.",
  import_unchecked:
    "This file is too large to import before it has been checked. Wait until the check is done, then start the import.",
  lists_permission_missing: "You need the permission lists:write to restore lists from a file.",
  columns_unanswered: ({ columns }: { columns: string }) =>
    `Some columns need an answer before the import starts: ${columns}. Decide what their values mean: subscribed, unsubscribed, or says nothing about email.`,
  column_unanswered: {
    says: ({ column, name, values }: { column: number; name: string; values: string }) =>
      `column ${column} “${name}” has the values ${values}, and may say who can be emailed`,
    hint: ({ first }: { first: string }) =>
      `Decide what “${first}” means: subscribed (can be emailed), unsubscribed (must not be emailed) or nothing (says nothing about email).`,
  },
  column_beyond_file: ({ columns }: { columns: number }) => `the file has ${columns} columns`,
  column_target_twice: "two columns cannot be imported into the same field",
  column_for_email_missing: "no column contains the email address",
  column_label_missing: "a new field needs a label",
  column_not_of_export: "is not a column of a SwiftMail export",
  agreement_missing:
    "is required: true states that everyone in the file agreed to your emails, except where the file says otherwise; with false, new contacts are held back",
  value_refuses:
    "the value says that these people must not be emailed. If the column is about something else, leave it out instead",
};
