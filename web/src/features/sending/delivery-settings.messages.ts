import { messages } from "../../i18n.ts";

export const t = messages({
  title: { en: "Sending settings", de: "Versandeinstellungen" },
  about: {
    en: "When a campaign stops itself, when a report warns, and how long an address rests.",
    de: "Wann eine Kampagne sich selbst anhält, wann ein Bericht warnt und wie lange eine Adresse ruht.",
  },
  breaker: { en: "Stop a campaign", de: "Kampagne anhalten" },
  breakerAbout: {
    en: "A campaign that does harm pauses itself and says at what rate. Resume it, and the rate it was paused for no longer counts. 0 means never.",
    de: "Eine Kampagne, die schadet, hält sich an und sagt, bei welcher Rate. Setzt man sie fort, zählt diese Rate nicht mehr. 0 heißt nie.",
  },
  hardBouncePercent: { en: "Addresses that do not exist, %", de: "Nicht vorhandene Adressen, %" },
  hardBounceHint: {
    en: "Of the results so far, once there are 100. Above 5% most providers begin to distrust a sender.",
    de: "Von den bisherigen Ergebnissen, ab 100. Über 5 % misstrauen die meisten Anbieter einem Absender.",
  },
  blockPercent: {
    en: "Refused for reputation or content, %",
    de: "Wegen Ruf oder Inhalt abgewiesen, %",
  },
  blockHint: {
    en: "Of the results so far, once there are 200. Going on makes it worse.",
    de: "Von den bisherigen Ergebnissen, ab 200. Weitersenden macht es schlimmer.",
  },
  complaintPercent: { en: "Reported as spam, %", de: "Als Spam gemeldet, %" },
  complaintHint: {
    en: "Of what was sent, once that is 500 and two people have complained. Gmail refuses senders above 0.3%.",
    de: "Von den gesendeten, ab 500 und zwei Beschwerden. Gmail weist Absender über 0,3 % ab.",
  },
  warning: { en: "Warn", de: "Warnen" },
  warningAbout: {
    en: "Shown on the report and the page of the campaign; nothing stops.",
    de: "Steht im Bericht und auf der Seite der Kampagne; nichts hält an.",
  },
  complaintWarnPercent: {
    en: "Warn from this share of reports, %",
    de: "Warnen ab diesem Anteil, %",
  },
  complaintWarnHint: {
    en: "Of what was sent, from two people on. 0.1% is where Gmail's own advice begins.",
    de: "Von den gesendeten, ab zwei Personen. 0,1 % ist die Grenze, die Gmail empfiehlt.",
  },
  expiry: { en: "Rest for addresses", de: "Ruhe für Adressen" },
  expiryAbout: {
    en: "A full or disabled mailbox may come back. Addresses that do not exist, complaints and people who left stay suppressed for good.",
    de: "Ein volles oder stillgelegtes Postfach kann wiederkommen. Nicht vorhandene Adressen, Beschwerden und Abmeldungen bleiben für immer gesperrt.",
  },
  softBounceDays: {
    en: "Days until such an address is tried again",
    de: "Tage bis zum nächsten Versuch",
  },
  softBounceHint: { en: "0 keeps it suppressed for good.", de: "0 sperrt sie für immer." },
  save: { en: "Save", de: "Speichern" },
  saved: { en: "Saved. It holds from now on.", de: "Gespeichert. Es gilt ab jetzt." },
  readOnly: {
    en: "Only an administrator of the workspace can change these.",
    de: "Nur Administratoren des Arbeitsbereichs können dies ändern.",
  },
  notANumber: { en: "Write a number.", de: "Eine Zahl eingeben." },
});
