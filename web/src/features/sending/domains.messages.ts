import { messages } from "../../i18n.ts";

export const t = messages({
  checked: { en: "Checked", de: "Geprüft" },
  checkNow: { en: "Check now", de: "Jetzt prüfen" },
  lost: { en: "The DKIM record is missing from DNS", de: "Der DKIM-Eintrag fehlt im DNS" },
  lostBody: {
    en: "You cannot start campaigns from this domain until the record is back. Last seen:",
    de: "Von dieser Domain lassen sich keine Kampagnen starten, bis der Eintrag wieder da ist. Zuletzt gesehen:",
  },
  records: { en: "DNS records", de: "DNS-Einträge" },
  recordsAbout: {
    en: "Add these records where your domain is managed. SwiftMail checks them daily while you send and before each campaign starts. The proxy in front of this instance needs a certificate for the tracking domain.",
    de: "Tragen Sie diese Einträge dort ein, wo Ihre Domain verwaltet wird. SwiftMail prüft sie täglich, solange Sie senden, und vor jedem Start einer Kampagne. Der Proxy vor dieser Instanz braucht ein Zertifikat für die Tracking-Domain.",
  },
  keys: { en: "DKIM keys", de: "DKIM-Schlüssel" },
  keysAbout: {
    en: "Replace the key once or twice a year.",
    de: "Ersetzen Sie den Schlüssel ein- bis zweimal im Jahr.",
  },
  shortKey: {
    en: "This key is shorter than 2048 bits. Replace it.",
    de: "Dieser Schlüssel ist kürzer als 2048 Bit. Ersetzen Sie ihn.",
  },
  bits: { en: "{bits} bits", de: "{bits} Bit" },
  signs: { en: "In use", de: "In Verwendung" },
  next: { en: "Next", de: "Nächster" },
  retired: { en: "Replaced", de: "Ersetzt" },
  rotate: { en: "Replace key", de: "Schlüssel ersetzen" },
  rotationStarted: { en: "New key created", de: "Neuer Schlüssel erstellt" },
  nextTitle: { en: "Finish replacing the key", de: "Schlüsselwechsel abschließen" },
  nextBody: {
    en: "Add the DNS record for {selector} and keep the old one. Once SwiftMail finds it, the new key signs your mail.",
    de: "Tragen Sie den DNS-Eintrag für {selector} ein und behalten Sie den alten. Sobald SwiftMail ihn findet, signiert der neue Schlüssel Ihre E-Mails.",
  },
  finishRotation: { en: "Check and switch", de: "Prüfen und wechseln" },
  rotationDone: { en: "The new key is in use", de: "Der neue Schlüssel wird verwendet" },
  removeKey: { en: "Remove", de: "Entfernen" },
  keyRemoved: {
    en: "Key removed. You can delete its DNS record too.",
    de: "Schlüssel entfernt. Sie können auch seinen DNS-Eintrag löschen.",
  },
  history: { en: "Checks", de: "Prüfungen" },
  historyAbout: { en: "Newest first", de: "Neueste zuerst" },
  noHistory: { en: "Not checked yet.", de: "Noch nicht geprüft." },
  when: { en: "When", de: "Wann" },
  notInPlace: { en: "Missing or wrong", de: "Fehlt oder ist falsch" },
});
