import type { RefusalWords } from "./words.ts";

export const requests = {
  ambiguous_value: {
    de: "Ein Wert der Anfrage enthält einen Schlüssel namens toString, wo ein Text oder eine Zahl erwartet wird.",
  },
  nothing_at_url: { de: "Unter dieser URL wurde nichts gefunden." },
  not_json: { de: "Der Inhalt der Anfrage ist kein gültiges JSON." },
  body_not_object: { de: "Der Inhalt der Anfrage ist kein Objekt. Senden Sie ein JSON-Objekt." },
  request_does_not_fit: { de: "Die Anfrage hat nicht die Form, die hier erwartet wird." },
  bad_host_header: { de: "Der Host-Header ist ungültig." },
  other_methods: { de: "Diese Adresse nimmt {methods} an." },
  server_error: {
    de: "Auf dem Server ist etwas schiefgegangen. Einzelheiten stehen in seinem Protokoll.",
  },
  wrong_response: { de: "Der Server hat eine Antwort erzeugt, die nicht zu ihrem Schema passt." },
  disk_full: {
    de: "Der Datenträger dieses Servers ist voll, daher konnte dies nicht gespeichert werden. Schaffen Sie Platz und versuchen Sie es erneut.",
  },
  body_without_length: { de: "Senden Sie den Inhalt mit Content-Length, nicht in Teilen." },
  body_too_large: { de: "Die Anfrage ist zu groß. Erlaubt sind höchstens {limit}." },
  too_many_values: {
    de: "Diese Anfrage enthält mehr als 100.000 Werte. Teilen Sie sie in mehrere Anfragen auf.",
  },
  first_request_runs: { de: "Die erste Anfrage mit diesem Schlüssel läuft noch." },
  too_many_requests: {
    de: "Zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es erneut.",
  },
  metrics_are_private: { de: "Metriken sind nur aus dem privaten Netz erreichbar." },
  people_only: { de: "Melden Sie sich dafür an. API-Schlüssel können das nicht." },
  instance_admins_only: { de: "Das können nur Administratoren dieser Instanz." },
  instance_not_set_up: {
    de: "Diese Instanz ist noch nicht eingerichtet. Öffnen Sie sie in einem Browser.",
  },
  held_for_administrator: {
    de: "Der Server wurde mit einer älteren Kopie seiner Datenbank gestartet, deshalb könnten entfernte Personen wieder Zugang haben. Bis das geprüft ist, kann sich nur der Administrator anmelden. Sind Sie das selbst, steht im Protokoll des Servers, wie das geht.",
  },
  api_key_turned_off: {
    de: "Dieser API-Schlüssel ist ausgeschaltet, weil der Server mit einer älteren Kopie seiner Datenbank gestartet wurde, in der widerrufene Schlüssel wieder gelten. Wer die API-Schlüssel des Arbeitsbereichs verwaltet, kann ihn wieder einschalten.",
  },
  not_signed_in: { de: "Sie sind nicht angemeldet, oder Ihre Sitzung ist beendet." },
  session_ended_waiting: { de: "Ihre Sitzung endete, während die Anfrage wartete." },
  access_lost_waiting: { de: "Sie haben den Zugriff verloren, während die Anfrage wartete." },
  permission_missing: {
    de: "Ihre Rolle oder Ihr API-Schlüssel umfasst hier nicht das Recht {permission}.",
  },
  foreign_origin: {
    de: "Die Anfrage wurde nicht von den Seiten von SwiftMail gesendet (ihr Origin-Header weicht ab).",
  },
  workspace_file_unusable: {
    de: "Dieser Arbeitsbereich ist stillgelegt, weil seine Datei nicht verwendet werden kann. Nichts darin wird angezeigt, geändert oder gesendet, bis ein Administrator dieser Instanz das behoben hat.",
  },
  large_change_runs: {
    de: "Eine große Änderung an diesem Arbeitsbereich wird gerade gespeichert. Versuchen Sie es gleich erneut.",
  },
  inbox_unusable: { de: "Das Postfach kann nicht geöffnet werden: {fault}." },
  counting_busy: {
    de: "Der Server ist mit Zählen ausgelastet. Versuchen Sie es gleich erneut.",
  },
  counting_failed: { de: "Das Zählen ist fehlgeschlagen. Versuchen Sie es erneut." },
  server_busy: { de: "Der Server ist ausgelastet. Versuchen Sie es bald erneut." },
  server_starting: { de: "SwiftMail startet gerade." },
  server_stopping: { de: "SwiftMail wird gerade beendet." },
  journal_closed: { de: "Das Journal ist geschlossen." },
  journal_unwritable: { de: "Das Journal kann nicht geschrieben werden: {reason}" },
  system_mail_not_set_up: { de: "Der Versand von Konto-E-Mails ist nicht eingerichtet." },
} satisfies Record<string, RefusalWords>;
