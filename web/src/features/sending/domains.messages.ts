import { messages } from "../../i18n.ts";

export const t = messages({
  checked: { en: "Checked", de: "Geprüft" },
  checkNow: { en: "Check now", de: "Jetzt prüfen" },
  lost: { en: "The DKIM key is gone from the DNS", de: "Der DKIM-Schlüssel fehlt im DNS" },
  lostBody: {
    en: "No campaign is launched from this domain until its record is set again. It was last seen",
    de: "Von dieser Domain startet keine Kampagne, bis der Eintrag wieder da ist. Zuletzt gesehen",
  },
  records: { en: "DNS records", de: "DNS-Einträge" },
  recordsAbout: {
    en: "Set these where the domain is managed. They are checked daily while you send, and before each launch. For the tracking name the proxy in front of this instance needs a certificate.",
    de: "Setzen Sie diese dort, wo die Domain verwaltet wird. Geprüft wird täglich, solange Sie senden, und vor jedem Start. Für den Tracking-Namen braucht der Proxy vor dieser Instanz ein Zertifikat.",
  },
  keys: { en: "DKIM keys", de: "DKIM-Schlüssel" },
  keysAbout: {
    en: "Change the key once or twice a year.",
    de: "Wechseln Sie den Schlüssel ein- bis zweimal im Jahr.",
  },
  shortKey: {
    en: "The key has less than 2048 bits: change it.",
    de: "Der Schlüssel hat weniger als 2048 Bit: Wechseln Sie ihn.",
  },
  bits: { en: "{bits} bits", de: "{bits} Bit" },
  signs: { en: "Signs", de: "Signiert" },
  next: { en: "Waits", de: "Wartet" },
  retired: { en: "Retired", de: "Abgelöst" },
  rotate: { en: "Change the key", de: "Schlüssel wechseln" },
  rotationStarted: { en: "The next key is made", de: "Der nächste Schlüssel ist da" },
  nextTitle: { en: "The next key waits", de: "Der nächste Schlüssel wartet" },
  nextBody: {
    en: "Set the record of {selector} in the DNS and leave the old one. Once it is seen there, the key signs.",
    de: "Setzen Sie den Eintrag von {selector} im DNS und lassen Sie den alten stehen. Sobald er dort zu sehen ist, signiert der Schlüssel.",
  },
  finishRotation: { en: "Look it up and let it sign", de: "Nachsehen und signieren lassen" },
  rotationDone: { en: "The new key signs", de: "Der neue Schlüssel signiert" },
  removeKey: { en: "Remove", de: "Entfernen" },
  keyRemoved: {
    en: "Removed; its DNS record can go too",
    de: "Entfernt; ihr DNS-Eintrag kann auch weg",
  },
  history: { en: "Checks", de: "Prüfungen" },
  historyAbout: { en: "The newest first", de: "Die neueste zuerst" },
  noHistory: { en: "Not checked yet.", de: "Noch nicht geprüft." },
  when: { en: "When", de: "Wann" },
  notInPlace: { en: "Not in place", de: "Nicht in Ordnung" },
});
