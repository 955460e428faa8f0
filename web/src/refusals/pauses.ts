import type { RefusalWords } from "./words.ts";

export const pauses = {
  never_launched: { de: "Die Kampagne hat keinen Inhalt: Sie wurde nie gestartet." },
  message_unmakeable: { de: "Die Nachricht kann nicht erstellt werden: {fault}" },
  route_gone: { de: "Der Versandweg der Kampagne wurde entfernt oder ausgeschaltet." },
  routes_gone: {
    de: "Alle Versandwege in der Gruppe der Kampagne wurden entfernt oder ausgeschaltet.",
  },
  dkim_key_unusable: { de: "Der DKIM-Schlüssel kann nicht verwendet werden: {fault}" },
  start_failed: { de: "SwiftMail konnte sie nicht starten." },
  own_failure: { de: "In SwiftMail selbst ist ein Fehler aufgetreten; es versucht es erneut." },
  not_sent_in_time: { de: "Sie wurde nicht zur geplanten Zeit gesendet: {why}" },
  unfilled_in_a_row: {
    de: "{count, number} Nachrichten in Folge konnten nicht ausgefüllt werden. {fault}",
  },

  many_bounce: {
    de: "Zu viele Adressen gibt es nicht: {percent, number} % ({part, number} von {whole, number}) waren unzustellbar. Die Kampagne pausiert von selbst ab {limit, number} %.",
  },
  many_refused: {
    de: "Server lehnen die Kampagne wegen ihres Rufs oder Inhalts ab: {percent, number} % ({part, number} von {whole, number}). Die Kampagne pausiert von selbst ab {limit, number} %.",
  },
  many_complain: {
    de: "Zu viele Personen haben sie als Spam gemeldet: {percent, number} % ({part, number} von {whole, number}). Die Kampagne pausiert von selbst ab {limit, number} %.",
  },

  older_copy_sent: {
    de: "Die Datei dieses Arbeitsbereichs ist eine ältere Kopie. Diese Kampagne wurde gesendet, nachdem die Kopie entstanden war; ihre Empfänger würden sie also zweimal erhalten. Um sie trotzdem zu senden, duplizieren Sie sie und senden Sie das Duplikat.",
  },
  older_copy_unstarted: {
    de: "Die Datei dieses Arbeitsbereichs ist eine ältere Kopie, oder ihr fehlen die letzten Änderungen. Diese Kampagne wurde seither möglicherweise gesendet, geändert oder abgebrochen. Prüfen Sie das, bevor Sie sie senden.",
  },
  older_copy_running: {
    de: "Die Datei dieses Arbeitsbereichs ist eine ältere Kopie, oder ihr fehlen die letzten Änderungen. Wer hier noch wartet, hat diese Kampagne möglicherweise schon erhalten oder sich abgemeldet. Setzen Sie sie fort, um trotzdem zu senden.",
  },
  journal_lost: {
    de: "Einträge des Journals sind verloren. Darunter können Abmeldungen sein. Die Kampagne kann fortgesetzt werden, sobald ein Administrator der Instanz den Hinweis auf den Verlust ausgeblendet hat. Prüfen Sie vorher, wer sich abgemeldet hat.",
  },
  older_system_file: {
    de: "Der Server wurde mit einer älteren Kopie seiner Hauptdatenbank (system.db) gestartet. Adressen und Domains, die diese Instanz seither gesperrt hat, können fehlen. Prüfen Sie das, bevor Sie diese Kampagne senden.",
  },

  route_broken: { de: "Der Versandweg „{route}“ funktioniert nicht: {fault}" },
  route_loses_answers: {
    de: "Der Versandweg „{route}“ hat die Verbindung abgebrochen, nachdem er {often} angenommen hatte, ohne sie zu bestätigen. Diese Personen haben die Nachricht möglicherweise erhalten. Deshalb wird ihnen nichts mehr gesendet, bis Sie entscheiden. Fragen Sie den Betreiber des Relays, ob die Nachrichten zugestellt wurden, und setzen Sie die Kampagne dann fort.",
  },
  relay_broke_off: {
    en: "It closed the connection after receiving {often} without confirming them.",
    de: "Er hat die Verbindung abgebrochen, nachdem er {often} angenommen hatte.",
  },
  site_broke_off: {
    de: "{site} hat die Verbindung abgebrochen, nachdem er {often} angenommen hatte.",
  },
  messages_in_a_row: { de: "{count, number} Nachrichten in Folge" },
  messages_of_last: { de: "{count, number} der letzten {last, number} Nachrichten" },
  site_unreachable: { de: "{site} ist nicht erreichbar: {fault}" },
  site_refuses_us: { de: "{site} lehnt Mails von hier ab: {said}" },
  site_refuses_sender: { de: "{site} lehnt Mails von {sender} ab: {said}" },
  sites_refuse_us: {
    de: "{count, number} Mailserver in Folge lehnen Mails von hier ab. Der letzte, {site}, sagt {said}",
  },
  no_site_reachable: {
    en: "No mail server can be reached from this server. Check whether port 25 is open.",
    de: "Von hier aus ist kein Mailserver erreichbar. Ist Port 25 offen?",
  },
  source_rests: { de: "{source} ist pausiert: {why}" },
  template_slow: {
    de: "Das Ausfüllen ihrer Vorlage dauert {ms, number} ms pro Nachricht. Sie wird langsamer gesendet, damit sie keine andere Kampagne aufhält.",
  },
  server_said: {
    en: "The server said “{said}”.",
    de: "Der Server sagte „{said}“.",
  },
  connections_fail: {
    en: "Connections fail ({fault}).",
    de: "Verbindungen schlagen fehl ({fault}).",
  },
  rule_matched: { de: "{rule} („{said}“)" },
  paused_by_member: {
    en: "Paused by a member in this workspace.",
    de: "Von einem Mitglied dieses Arbeitsbereichs pausiert.",
  },
} satisfies Record<string, RefusalWords>;
