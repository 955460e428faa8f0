import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Mail from outside", de: "Post von außen" },
  about: {
    en: "Bounces, complaints and unsubscribe mail reach this instance by SMTP.",
    de: "Rückläufer, Beschwerden und Abmelde-Mails erreichen diese Instanz per SMTP.",
  },
  loopback: {
    en: "Only this machine reaches the SMTP listener",
    de: "Nur diese Maschine erreicht den SMTP-Empfang",
  },
  loopbackBody: {
    en: "Start with SMTP_IN_HOST=0.0.0.0 and lead port 25 of the world to port {port}.",
    de: "Starten Sie mit SMTP_IN_HOST=0.0.0.0 und leiten Sie Port 25 von außen auf Port {port}.",
  },
  bounceDomain: { en: "Bounce domain", de: "Bounce-Domain" },
  bounceHint: {
    en: "Return paths of campaigns are made under it. Its MX record must lead here, and relays such as SES must accept it as a sender. Empty: bounces go to the From address.",
    de: "Darunter liegen die Rückwege der Kampagnen. Ihr MX-Eintrag muss hierher führen, und Relays wie SES müssen sie als Absender annehmen. Leer: Rückläufer gehen an die Absenderadresse.",
  },
  mxHost: { en: "MX host name", de: "MX-Hostname" },
  mxHint: {
    en: "What MX records point to; empty: the name of the public URL.",
    de: "Worauf MX-Einträge zeigen; leer: der Name der öffentlichen Adresse.",
  },
  certFile: { en: "Certificate file", de: "Zertifikatsdatei" },
  certHint: {
    en: "Path of a PEM chain on the server; offers STARTTLS from the next start on.",
    de: "Pfad einer PEM-Kette auf dem Server; ab dem nächsten Start wird STARTTLS angeboten.",
  },
  keyFile: { en: "Key file", de: "Schlüsseldatei" },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Settings saved", de: "Einstellungen gespeichert" },
  read: { en: "Read mail to the instance", de: "Post an die Instanz lesen" },
});
