import { messages } from "../../i18n.ts";

export const t = messages({
  instance: { en: "This instance", de: "Diese Instanz" },
  about: {
    en: "What holds for all workspaces. Only administrators see this page.",
    de: "Was für alle Arbeitsbereiche gilt. Nur Administratoren sehen diese Seite.",
  },
  suppressions: { en: "Suppressions", de: "Sperrliste" },
  rules: { en: "Rules about replies", de: "Regeln zu Antworten" },
  publicUrl: { en: "Public address", de: "Öffentliche Adresse" },
  publicUrlBody: {
    en: "Links in messages and invitations begin with it. Recipients must be able to reach it.",
    de: "Links in Nachrichten und Einladungen beginnen damit. Empfänger müssen sie erreichen können.",
  },
  publicUrlFixed: {
    en: "The environment variable PUBLIC_URL decides this.",
    de: "Das bestimmt die Umgebungsvariable PUBLIC_URL.",
  },
  publicUrlHint: {
    en: "For example https://mail.example.com. Messages already sent keep the old one.",
    de: "Zum Beispiel https://mail.example.com. Versandte Nachrichten behalten die alte.",
  },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Saved", de: "Gespeichert" },
  mail: { en: "Mail of the instance", de: "E-Mail der Instanz" },
  mailBody: {
    en: "Password links and invitations. No workspace sees or changes how they are sent.",
    de: "Passwort-Links und Einladungen. Kein Arbeitsbereich sieht oder ändert, wie sie versandt werden.",
  },
  mailBy: { en: "Sent through", de: "Versandt über" },
  mailRelay: { en: "An SMTP server", de: "Einen SMTP-Server" },
  mailRelayHint: {
    en: "Messages reach people’s mailboxes.",
    de: "Die Nachrichten erreichen die Postfächer.",
  },
  mailInbox: { en: "The instance’s test inbox", de: "Das Test-Postfach der Instanz" },
  mailInboxHint: {
    en: "Nothing leaves. Only administrators can read the messages.",
    de: "Nichts verlässt den Server. Nur Administratoren können die Nachrichten lesen.",
  },
  mailHost: { en: "Host", de: "Host" },
  mailPort: { en: "Port", de: "Port" },
  mailSecurity: { en: "Encryption", de: "Verschlüsselung" },
  mailUnencrypted: { en: "None", de: "Keine" },
  mailUser: { en: "User name", de: "Benutzername" },
  mailPassword: { en: "Password", de: "Passwort" },
  mailPasswordKept: {
    en: "Leave it empty to keep the stored password.",
    de: "Leer lassen, um das gespeicherte Passwort zu behalten.",
  },
  mailVerify: { en: "Verify the server’s certificate", de: "Zertifikat des Servers prüfen" },
  mailTest: { en: "Send me a test message", de: "Testnachricht an mich senden" },
  mailTested: {
    en: "Sent to {to}. The server said: {reply}",
    de: "An {to} gesendet. Antwort des Servers: {reply}",
  },
  mailRead: { en: "Read the messages", de: "Nachrichten lesen" },
  noMail: {
    en: "Nothing is mailed yet: links are shown once to whoever makes them.",
    de: "Noch wird nichts versandt: Links werden einmal dem gezeigt, der sie erstellt.",
  },
  mailLent: {
    en: "Invitations and password links leave in the name of “{sender}”, a sender of the workspace {workspace}. Enter a name and an address of your own organization.",
    de: "Einladungen und Passwort-Links gehen im Namen von „{sender}“ hinaus, einem Absender des Arbeitsbereichs {workspace}. Tragen Sie Name und Adresse Ihrer eigenen Organisation ein.",
  },
  fromName: { en: "From", de: "Von" },
  fromEmail: { en: "Address", de: "Adresse" },
  relays: { en: "Ways out", de: "Wege nach draußen" },
  relaysBody: {
    en: "Where workspaces may send their mail through.",
    de: "Worüber Arbeitsbereiche ihre E-Mail senden dürfen.",
  },
  privateRelays: {
    en: "Allow relays in private networks",
    de: "Relays in privaten Netzen erlauben",
  },
  privateRelaysHint: {
    en: "Turn this on only when you know everyone who has a workspace here: they can find out which servers answer inside your network.",
    de: "Nur einschalten, wenn Sie alle kennen, die hier einen Arbeitsbereich haben: Sie können herausfinden, welche Server in Ihrem Netz antworten.",
  },
  directSending: {
    en: "Allow sending straight to recipients",
    de: "Direkten Versand zu Empfängern erlauben",
  },
  directSendingHint: {
    en: "Workspaces may add direct routes. It is your addresses that receivers judge by it.",
    de: "Arbeitsbereiche können direkte Routen anlegen. Beurteilt werden dafür Ihre Adressen.",
  },
  privateTargets: {
    en: "Allow recipients' servers in private networks",
    de: "Empfänger-Server in privaten Netzen erlauben",
  },
  privateTargetsHint: {
    en: "For tests only: whoever owns a recipient's domain chooses where it leads.",
    de: "Nur für Tests: Wem eine Empfängerdomain gehört, der bestimmt, wohin sie führt.",
  },
  proxies: { en: "Trusted proxies", de: "Vertrauenswürdige Proxys" },
  proxiesBody: {
    en: "Reverse proxies in front of this instance. What they say about a visitor’s address (X-Forwarded-For) is used to limit attempts to sign in; from any other address it is ignored.",
    de: "Reverse-Proxys vor dieser Instanz. Was sie über die Adresse eines Besuchers sagen (X-Forwarded-For), dient dazu, Anmeldeversuche zu begrenzen; von jeder anderen Adresse wird es ignoriert.",
  },
  proxiesHint: {
    en: "Addresses and ranges, separated by commas: 10.0.0.7, 172.28.0.0/16",
    de: "Adressen und Bereiche, durch Kommas getrennt: 10.0.0.7, 172.28.0.0/16",
  },
  proxiesFixed: {
    en: "The environment variable TRUSTED_PROXIES decides this.",
    de: "Das bestimmt die Umgebungsvariable TRUSTED_PROXIES.",
  },
  unnamedProxies: {
    en: "Requests come through a proxy that is not listed",
    de: "Anfragen kommen über einen Proxy, der nicht in der Liste steht",
  },
  unnamedProxiesBody: {
    en: "Until you add it, all its visitors count as one: {addresses}",
    de: "Bis Sie ihn aufnehmen, zählen alle seine Besucher als einer: {addresses}",
  },
  jobs: { en: "Work that failed", de: "Fehlgeschlagene Arbeit" },
  jobsBody: {
    en: "What was tried again and again without success waits here.",
    de: "Was immer wieder erfolglos versucht wurde, wartet hier.",
  },
  noJobs: { en: "Nothing has failed for good.", de: "Nichts ist endgültig fehlgeschlagen." },
  kind: { en: "Work", de: "Arbeit" },
  error: { en: "Why", de: "Warum" },
  when: { en: "When", de: "Wann" },
  retry: { en: "Try again", de: "Erneut versuchen" },
  retried: { en: "It is tried again now", de: "Es wird jetzt erneut versucht" },
  audit: { en: "Audit log", de: "Protokoll" },
  auditBody: {
    en: "Each entry carries a hash of the one before it, so that a change or a gap shows.",
    de: "Jeder Eintrag trägt einen Hash des vorigen, sodass Änderungen und Lücken auffallen.",
  },
  verify: { en: "Check all entries", de: "Alle Einträge prüfen" },
  whole: {
    en: "{count, plural, one {# entry is} other {# entries are}} as they were written",
    de: "{count, plural, one {# Eintrag ist} other {# Einträge sind}} wie geschrieben",
  },
  broken: {
    en: "The log was changed at entry {id}",
    de: "Das Protokoll wurde bei Eintrag {id} verändert",
  },
});
