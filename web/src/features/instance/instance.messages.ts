import { messages } from "../../i18n.ts";

export const t = messages({
  instance: { en: "Instance", de: "Instanz" },
  about: {
    en: "Settings for all workspaces. Only administrators can see this page.",
    de: "Einstellungen für alle Arbeitsbereiche. Nur Administratoren sehen diese Seite.",
  },
  suppressions: { en: "Instance suppression list", de: "Sperrliste der Instanz" },
  rules: { en: "Reply rules", de: "Antwortregeln" },
  publicUrl: { en: "Public URL", de: "Öffentliche URL" },
  publicUrlBody: {
    en: "Links in messages and invitations start with it. Recipients must be able to reach it.",
    de: "Links in Nachrichten und Einladungen beginnen damit. Empfänger müssen sie erreichen können.",
  },
  publicUrlFixed: {
    en: "Set by the environment variable PUBLIC_URL.",
    de: "Durch die Umgebungsvariable PUBLIC_URL festgelegt.",
  },
  publicUrlHint: {
    en: "For example https://mail.example.com. Messages already sent keep the old URL.",
    de: "Zum Beispiel https://mail.example.com. Bereits gesendete Nachrichten behalten die alte URL.",
  },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Saved", de: "Gespeichert" },
  mail: { en: "Account emails", de: "Konto-E-Mails" },
  mailBody: {
    en: "Password links and invitations. Workspaces cannot see or change how they are sent.",
    de: "Passwort-Links und Einladungen. Arbeitsbereiche können nicht sehen oder ändern, wie sie gesendet werden.",
  },
  mailBy: { en: "Send through", de: "Senden über" },
  mailRelay: { en: "SMTP relay", de: "SMTP-Relay" },
  mailRelayHint: {
    en: "Messages are delivered to recipients.",
    de: "Nachrichten werden zugestellt.",
  },
  mailInbox: { en: "Instance test inbox", de: "Test-Postfach der Instanz" },
  mailInboxHint: {
    en: "Nothing leaves this server. Only administrators can read the messages.",
    de: "Nichts verlässt diesen Server. Nur Administratoren können die Nachrichten lesen.",
  },
  mailHost: { en: "Host", de: "Host" },
  mailPort: { en: "Port", de: "Port" },
  mailSecurity: { en: "Encryption", de: "Verschlüsselung" },
  mailUnencrypted: { en: "None", de: "Keine" },
  mailUser: { en: "Username", de: "Benutzername" },
  mailPassword: { en: "Password", de: "Passwort" },
  mailPasswordKept: {
    en: "Leave empty to keep the current password.",
    de: "Leer lassen, um das aktuelle Passwort zu behalten.",
  },
  mailVerify: { en: "Verify the server’s certificate", de: "Zertifikat des Servers prüfen" },
  mailTest: { en: "Send a test message to me", de: "Testnachricht an mich senden" },
  mailTested: {
    en: "Sent to {to}. Reply from the server: {reply}",
    de: "An {to} gesendet. Antwort des Servers: {reply}",
  },
  mailRead: { en: "View messages", de: "Nachrichten ansehen" },
  noMail: {
    en: "Account emails are not sent yet. Links are shown once to the person who creates them.",
    de: "Noch werden keine Konto-E-Mails gesendet. Links werden einmal der Person angezeigt, die sie erstellt.",
  },
  mailLent: {
    en: "Invitations and password links are sent from “{sender}”, a sender of the workspace {workspace}. Enter a name and address of your own organization.",
    de: "Einladungen und Passwort-Links werden von „{sender}“ gesendet, einem Absender des Arbeitsbereichs {workspace}. Tragen Sie Name und Adresse Ihrer eigenen Organisation ein.",
  },
  fromName: { en: "Sender name", de: "Absendername" },
  fromEmail: { en: "Sender address", de: "Absenderadresse" },
  relays: { en: "Allowed sending methods", de: "Erlaubte Versandwege" },
  relaysBody: {
    en: "What workspaces may use to send mail.",
    de: "Was Arbeitsbereiche zum Senden verwenden dürfen.",
  },
  privateRelays: {
    en: "Allow relays in private networks",
    de: "Relays in privaten Netzen erlauben",
  },
  privateRelaysHint: {
    en: "Turn this on only if you trust everyone who has a workspace here. They could find out which servers answer inside your network.",
    de: "Nur einschalten, wenn Sie allen vertrauen, die hier einen Arbeitsbereich haben. Sie könnten herausfinden, welche Server in Ihrem Netz antworten.",
  },
  directSending: {
    en: "Allow direct sending to recipients",
    de: "Direkten Versand zu Empfängern erlauben",
  },
  directSendingHint: {
    en: "Workspaces can then send from this host’s IP addresses, which affects their reputation.",
    de: "Arbeitsbereiche können dann über die IP-Adressen dieses Hosts senden. Das beeinflusst deren Reputation.",
  },
  privateTargets: {
    en: "Allow receiving servers in private networks",
    de: "Empfangende Server in privaten Netzen erlauben",
  },
  privateTargetsHint: {
    en: "For testing only, because anyone who owns a domain can point it at a server inside your network.",
    de: "Nur zum Testen, denn wer eine Domain besitzt, kann sie auf einen Server in Ihrem Netz zeigen lassen.",
  },
  proxies: { en: "Trusted proxies", de: "Vertrauenswürdige Proxys" },
  proxiesBody: {
    en: "Reverse proxies in front of this instance. SwiftMail uses the visitor address they report (X-Forwarded-For) to limit sign-in attempts. It ignores this header from any other address.",
    de: "Reverse-Proxys vor dieser Instanz. SwiftMail nutzt die von ihnen gemeldete Besucheradresse (X-Forwarded-For), um Anmeldeversuche zu begrenzen, und ignoriert sie von allen anderen Adressen.",
  },
  proxiesHint: {
    en: "IP addresses and ranges, separated by commas: 10.0.0.7, 172.28.0.0/16",
    de: "IP-Adressen und Bereiche, durch Kommas getrennt: 10.0.0.7, 172.28.0.0/16",
  },
  proxiesFixed: {
    en: "Set by the environment variable TRUSTED_PROXIES.",
    de: "Durch die Umgebungsvariable TRUSTED_PROXIES festgelegt.",
  },
  unnamedProxies: {
    en: "Requests come through a proxy that is not on this list",
    de: "Anfragen kommen über einen Proxy, der nicht auf dieser Liste steht",
  },
  unnamedProxiesBody: {
    en: "Until you add it, SwiftMail treats everyone who comes through it as one visitor: {addresses}",
    de: "Bis Sie ihn aufnehmen, zählen alle seine Besucher als einer: {addresses}",
  },
  jobs: { en: "Failed tasks", de: "Fehlgeschlagene Aufgaben" },
  jobsBody: {
    en: "Background tasks that failed on every attempt.",
    de: "Hintergrundaufgaben, die bei jedem Versuch fehlgeschlagen sind.",
  },
  noJobs: { en: "No failed tasks.", de: "Keine fehlgeschlagenen Aufgaben." },
  kind: { en: "Task", de: "Aufgabe" },
  error: { en: "Reason", de: "Grund" },
  when: { en: "When", de: "Wann" },
  retry: { en: "Try again", de: "Erneut versuchen" },
  retried: { en: "Trying again", de: "Wird erneut versucht" },
  audit: { en: "Audit log", de: "Audit-Protokoll" },
  auditBody: {
    en: "Each entry contains a hash of the one before, so changes and gaps are detected.",
    de: "Jeder Eintrag enthält einen Hash des vorigen, damit Änderungen und Lücken auffallen.",
  },
  verify: { en: "Check all entries", de: "Alle Einträge prüfen" },
  whole: {
    en: "{count, plural, one {# entry is unchanged} other {# entries are unchanged}}",
    de: "{count, plural, one {# Eintrag ist unverändert} other {# Einträge sind unverändert}}",
  },
  broken: {
    en: "The log was changed at entry {id}",
    de: "Das Protokoll wurde bei Eintrag {id} verändert",
  },
});
