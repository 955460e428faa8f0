import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Set up SwiftMail", de: "SwiftMail einrichten" },
  steps: { en: "Steps", de: "Schritte" },
  stepOf: { en: "Step {at} of {count}", de: "Schritt {at} von {count}" },
  stepDone: { en: "done", de: "erledigt" },
  continue: { en: "Continue", de: "Weiter" },
  continueAnyway: { en: "Continue anyway", de: "Trotzdem weiter" },
  "step.administrator": { en: "Administrator", de: "Administrator" },
  "step.organization": { en: "Organization", de: "Organisation" },
  "step.workspace": { en: "First workspace", de: "Erster Arbeitsbereich" },
  "step.public-url": { en: "Public URL", de: "Öffentliche URL" },
  "step.route": { en: "Sending method", de: "Versandweg" },
  "step.sender": { en: "Sender", de: "Absender" },
  "step.test-message": { en: "Test message", de: "Testnachricht" },
  "step.finish": { en: "DNS and finish", de: "DNS und Abschluss" },
  unlockTitle: { en: "Welcome to SwiftMail", de: "Willkommen bei SwiftMail" },
  unlockBody: {
    en: "Enter the setup token to prove that this instance is yours. The server printed it when it started.",
    de: "Geben Sie das Einrichtungs-Token ein, um zu beweisen, dass diese Instanz Ihnen gehört. Der Server hat es beim Start ausgegeben.",
  },
  token: { en: "Setup token", de: "Einrichtungs-Token" },
  tokenHint: {
    en: "Find it in the console or log after “setup token”.",
    de: "Sie finden es in der Konsole oder im Log hinter „setup token“.",
  },
  unlock: { en: "Start", de: "Starten" },
  administratorBody: {
    en: "Your own account. It has full access to this instance.",
    de: "Ihr eigenes Konto. Es hat vollen Zugriff auf diese Instanz.",
  },
  name: { en: "Name", de: "Name" },
  email: { en: "Email address", de: "E-Mail-Adresse" },
  password: { en: "Password", de: "Passwort" },
  passwordHint: {
    en: "At least 12 characters. Several words in a row work well.",
    de: "Mindestens 12 Zeichen. Mehrere Wörter hintereinander eignen sich gut.",
  },
  organizationBody: {
    en: "Your company or agency. It owns the workspaces and their members.",
    de: "Ihre Firma oder Agentur. Ihr gehören die Arbeitsbereiche und deren Mitglieder.",
  },
  organizationName: { en: "Organization name", de: "Name der Organisation" },
  workspaceBody: {
    en: "One client or brand with its own contacts, campaigns and senders. You can add more later.",
    de: "Ein Kunde oder eine Marke mit eigenen Kontakten, Kampagnen und Absendern. Weitere können Sie später hinzufügen.",
  },
  workspaceName: { en: "Workspace name", de: "Name des Arbeitsbereichs" },
  timeZone: { en: "Time zone", de: "Zeitzone" },
  postalAddress: { en: "Postal address", de: "Postanschrift" },
  postalAddressHint: {
    en: "Shown in the footer of every campaign. Most countries require it.",
    de: "Steht in der Fußzeile jeder Kampagne. Die meisten Länder verlangen das.",
  },
  "public-urlBody": {
    en: "Where your readers reach this server. Unsubscribe links, images and tracking links use it.",
    de: "Wo Ihre Leser diesen Server erreichen. Abmelde-Links, Bilder und Tracking-Links verwenden sie.",
  },
  publicUrl: { en: "Public URL", de: "Öffentliche URL" },
  publicUrlHint: {
    en: "Use https:// unless you are only testing.",
    de: "Verwenden Sie https://, außer Sie testen nur.",
  },
  publicUrlFixed: {
    en: "Set by the environment variable PUBLIC_URL.",
    de: "Durch die Umgebungsvariable PUBLIC_URL gesetzt.",
  },
  reachable: {
    en: "The server is reachable at this URL",
    de: "Der Server ist unter dieser URL erreichbar",
  },
  unreachable: {
    en: "The server is not reachable at this URL",
    de: "Der Server ist unter dieser URL nicht erreichbar",
  },
  routeBody: {
    en: "How your mail is sent. You can start with the test inbox: everything works and nothing leaves this server.",
    de: "Wie Ihre E-Mails gesendet werden. Sie können mit dem Test-Postfach beginnen: Alles funktioniert, und nichts verlässt diesen Server.",
  },
  testInbox: { en: "Test inbox", de: "Test-Postfach" },
  testInboxHint: {
    en: "Messages appear on a page in this workspace. No setup needed.",
    de: "Nachrichten erscheinen auf einer Seite in diesem Arbeitsbereich. Keine Einrichtung nötig.",
  },
  relay: { en: "SMTP relay", de: "SMTP-Relay" },
  relayHint: {
    en: "Your provider or your own mail server delivers your mail.",
    de: "Ihr Anbieter oder Ihr eigener Mailserver stellt Ihre E-Mails zu.",
  },
  provider: { en: "Provider", de: "Anbieter" },
  otherProvider: { en: "Other provider or own server", de: "Anderer Anbieter oder eigener Server" },
  host: { en: "Host", de: "Host" },
  port: { en: "Port", de: "Port" },
  security: { en: "Encryption", de: "Verschlüsselung" },
  starttls: { en: "STARTTLS (port 587 or 25)", de: "STARTTLS (Port 587 oder 25)" },
  tls: { en: "TLS from the start (port 465)", de: "TLS von Anfang an (Port 465)" },
  noEncryption: { en: "None (only on a private network)", de: "Keine (nur im eigenen Netz)" },
  username: { en: "Username", de: "Benutzername" },
  passwordKept: {
    en: "Leave empty to keep the current password.",
    de: "Leer lassen, um das aktuelle Passwort zu behalten.",
  },
  verifyCertificate: { en: "Verify the server’s certificate", de: "Zertifikat des Servers prüfen" },
  privateRelay: {
    en: "The relay is on this machine or in a private network",
    de: "Das Relay steht auf diesem Rechner oder in einem privaten Netz",
  },
  privateRelayHint: {
    en: "Workspaces can then use such relays too. You can change this later in the instance settings.",
    de: "Auch Arbeitsbereiche können dann solche Relays verwenden. Sie können das später in den Einstellungen der Instanz ändern.",
  },
  verifyCertificateHint: {
    en: "Turn off only for your own server with a self-signed certificate.",
    de: "Nur für einen eigenen Server mit selbst signiertem Zertifikat ausschalten.",
  },
  check: { en: "Test connection", de: "Verbindung testen" },
  senderBody: {
    en: "Who your campaigns come from. Use a domain you own.",
    de: "Von wem Ihre Kampagnen kommen. Verwenden Sie eine Domain, die Ihnen gehört.",
  },
  senderName: { en: "Sender name", de: "Absendername" },
  senderEmail: { en: "Sender address", de: "Absenderadresse" },
  replyTo: { en: "Reply-to", de: "Antwortadresse" },
  replyToHint: {
    en: "Leave empty to use the sender address.",
    de: "Leer lassen, um die Absenderadresse zu verwenden.",
  },
  systemFrom: { en: "Account emails", de: "Konto-E-Mails" },
  systemFromBody: {
    en: "Invitations, password links and sign-in notices come from your organization, not from a client.",
    de: "Einladungen, Passwort-Links und Anmeldehinweise kommen von Ihrer Organisation, nicht von einem Kunden.",
  },
  systemName: { en: "Organization name", de: "Name Ihrer Organisation" },
  systemEmail: { en: "Address for account emails", de: "Adresse für Konto-E-Mails" },
  systemEmailHint: {
    en: "Your relay must accept it as a sender.",
    de: "Ihr Relay muss sie als Absender annehmen.",
  },
  "test-messageBody": {
    en: "Send yourself a message to check that mail arrives.",
    de: "Senden Sie sich eine Nachricht, um zu prüfen, dass E-Mails ankommen.",
  },
  testTo: { en: "Send to", de: "Senden an" },
  sendTest: { en: "Send test message", de: "Testnachricht senden" },
  sendAgain: { en: "Send again", de: "Noch einmal senden" },
  testSent: {
    en: "The server accepted the message to {to}",
    de: "Der Server hat die Nachricht an {to} angenommen",
  },
  openLater: {
    en: "The message is in the test inbox. You can open it in the last step.",
    de: "Die Nachricht ist im Test-Postfach. Im letzten Schritt können Sie sie öffnen.",
  },
  finishBody: {
    en: "Add these DNS records at your domain’s provider so that mailbox providers trust your mail. You can also do this later.",
    de: "Tragen Sie diese DNS-Einträge beim Anbieter Ihrer Domain ein, damit Postfachanbieter Ihren E-Mails vertrauen. Das geht auch später.",
  },
  finishToMessage: {
    en: "Finish and open test message",
    de: "Abschließen und Testnachricht öffnen",
  },
  finish: { en: "Finish and open SwiftMail", de: "Abschließen und SwiftMail öffnen" },
  alreadyDone: {
    en: "This instance is already set up",
    de: "Diese Instanz ist schon eingerichtet",
  },
  signIn: { en: "Sign in", de: "Anmelden" },
});
