import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Sending settings", de: "Versandeinstellungen" },
  about: {
    en: "When campaigns pause automatically, when reports warn you, and when bounced addresses are tried again.",
    de: "Wann Kampagnen automatisch pausieren, wann Berichte warnen und wann unzustellbare Adressen wieder versucht werden.",
  },
  breaker: { en: "Pause campaigns automatically", de: "Kampagnen automatisch pausieren" },
  breakerAbout: {
    en: "A campaign pauses itself when it reaches one of these rates. If you resume it, that rate is ignored for the rest of the campaign. Enter 0 to ignore a rate.",
    de: "Eine Kampagne pausiert sich, wenn sie einen dieser Werte erreicht. Wenn Sie sie fortsetzen, gilt dieser Wert für sie nicht mehr. Geben Sie 0 ein, um einen Wert nicht zu beachten.",
  },
  hardBouncePercent: { en: "Addresses that do not exist, %", de: "Nicht vorhandene Adressen, %" },
  hardBounceHint: {
    en: "Share of all results, checked after the first 100 results. Above 5%, most providers begin to distrust a sender.",
    de: "Von allen Ergebnissen, ab 100 Ergebnissen. Über 5 % misstrauen die meisten Anbieter einem Absender.",
  },
  blockPercent: {
    en: "Rejected for reputation or content, %",
    de: "Wegen Reputation oder Inhalt abgelehnt, %",
  },
  blockHint: {
    en: "Share of all results, checked after the first 200 results. Sending more makes it worse.",
    de: "Von allen Ergebnissen, ab 200 Ergebnissen. Weitersenden verschlimmert es.",
  },
  complaintPercent: { en: "Reported as spam, %", de: "Als Spam gemeldet, %" },
  complaintHint: {
    en: "Share of all sent messages, checked after 500 messages and two reports. Gmail rejects senders above 0.3%.",
    de: "Von allen gesendeten Nachrichten, ab 500 Nachrichten und zwei Meldungen. Gmail weist Absender über 0,3 % ab.",
  },
  warning: { en: "Warnings", de: "Warnungen" },
  warningAbout: {
    en: "Shown in the report and on the campaign’s page. Sending continues.",
    de: "Steht im Bericht und auf der Seite der Kampagne. Der Versand läuft weiter.",
  },
  complaintWarnPercent: {
    en: "Warn at this share of spam reports, %",
    de: "Warnen ab diesem Anteil von Spam-Meldungen, %",
  },
  complaintWarnHint: {
    en: "Share of all sent messages, checked after two reports. Gmail recommends staying below 0.1%.",
    de: "Von allen gesendeten Nachrichten, ab zwei Meldungen. Gmail empfiehlt, unter 0,1 % zu bleiben.",
  },
  expiry: { en: "Full or disabled mailboxes", de: "Volle oder stillgelegte Postfächer" },
  expiryAbout: {
    en: "A full or disabled mailbox may work again later. Addresses that do not exist, spam reports and unsubscribes stay suppressed for good.",
    de: "Ein volles oder stillgelegtes Postfach kann später wieder funktionieren. Nicht vorhandene Adressen, Spam-Meldungen und Abmeldungen bleiben dauerhaft gesperrt.",
  },
  softBounceDays: {
    en: "Days until the address is tried again",
    de: "Tage, bis die Adresse wieder versucht wird",
  },
  softBounceHint: {
    en: "Enter 0 to keep the address suppressed for good.",
    de: "Geben Sie 0 ein, um die Adresse dauerhaft zu sperren.",
  },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Settings saved", de: "Einstellungen gespeichert" },
  readOnly: {
    en: "Only administrators of this workspace can change these settings.",
    de: "Nur Administratoren dieses Arbeitsbereichs können diese Einstellungen ändern.",
  },
  notANumber: { en: "Enter a number.", de: "Geben Sie eine Zahl ein." },
});
