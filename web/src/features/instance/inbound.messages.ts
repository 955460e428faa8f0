import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Incoming mail", de: "Eingehende E-Mails" },
  about: {
    en: "This instance receives bounces, complaints and unsubscribe mail by SMTP.",
    de: "Diese Instanz empfängt Rückläufer, Beschwerden und Abmelde-Mails per SMTP.",
  },
  loopback: {
    en: "Incoming mail cannot reach this instance",
    de: "Eingehende E-Mails erreichen diese Instanz nicht",
  },
  loopbackBody: {
    en: "SMTP listens only on this machine. Start SwiftMail with SMTP_IN_HOST=0.0.0.0 and forward public port 25 to port {port}.",
    de: "SMTP ist nur auf dieser Maschine erreichbar. Starten Sie mit SMTP_IN_HOST=0.0.0.0 und leiten Sie den öffentlichen Port 25 auf Port {port} weiter.",
  },
  bounceDomain: { en: "Bounce domain", de: "Bounce-Domain" },
  bounceHint: {
    en: "Used in the return path of campaigns. Its MX record must point to this instance, and relays such as SES must accept it as a sender. If empty, bounces go to the From address.",
    de: "Kampagnen verwenden sie als Return-Path. Ihr MX-Eintrag muss auf diese Instanz zeigen, und Relays wie SES müssen sie als Absender annehmen. Wenn leer, gehen Rückläufer an die Absenderadresse.",
  },
  mxHost: { en: "MX host name", de: "MX-Hostname" },
  mxHint: {
    en: "The host that MX records point to. Leave empty to use the host of the public URL.",
    de: "Worauf MX-Einträge zeigen. Leer lassen, um den Host der öffentlichen URL zu verwenden.",
  },
  certFile: { en: "Certificate file", de: "Zertifikatsdatei" },
  certHint: {
    en: "Path of a PEM certificate chain on the server. STARTTLS is offered after the next start.",
    de: "Pfad einer PEM-Zertifikatskette auf dem Server. STARTTLS wird nach dem nächsten Start angeboten.",
  },
  keyFile: { en: "Key file", de: "Schlüsseldatei" },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Settings saved", de: "Einstellungen gespeichert" },
  read: { en: "View mail to this instance", de: "E-Mails an diese Instanz ansehen" },
});
