import { messages } from "../../i18n.ts";

export const t = messages({
  consent: { en: "Consent", de: "Einwilligung" },
  download: { en: "Download", de: "Herunterladen" },
  claimed: { en: "From the file: {when}, {source}", de: "Laut Datei: {when}, {source}" },
  none: { en: "No consent recorded.", de: "Keine Einwilligung erfasst." },
  given: { en: "Agreed", de: "Zugestimmt" },
  withdrawn: { en: "Withdrawn", de: "Widerrufen" },
  changed: { en: "Changed", de: "Geändert" },
  allMail: { en: "All mail", de: "Alle E-Mails" },
  deletedList: { en: "a deleted list", de: "eine gelöschte Liste" },
  byContact: { en: "By the contact", de: "Durch den Kontakt" },
  byOther: { en: "Entered by your team", de: "Von Ihrem Team eingetragen" },
  viaForm: { en: "Form “{name}”", de: "Formular „{name}“" },
  fromIp: { en: "From {ip}", de: "Von {ip}" },
  confirmedAt: {
    en: "Address confirmed {when} from {ip}",
    de: "Adresse bestätigt {when} von {ip}",
  },
  wording: { en: "Text shown", de: "Gezeigter Text" },
  version: { en: "Version {version}", de: "Fassung {version}" },
  erased: { en: "Personal details were erased.", de: "Persönliche Angaben wurden gelöscht." },
});
