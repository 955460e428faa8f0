import { messages } from "../../i18n.ts";

export const t = messages({
  consent: { en: "Consent", de: "Einwilligung" },
  download: { en: "Download", de: "Herunterladen" },
  claimed: {
    en: "According to the file: {when}, {source}",
    de: "Laut der Datei: {when}, {source}",
  },
  none: { en: "Nothing is on record.", de: "Es ist nichts festgehalten." },
  given: { en: "Agreed", de: "Zugestimmt" },
  withdrawn: { en: "Withdrawn", de: "Widerrufen" },
  changed: { en: "Changed", de: "Geändert" },
  allMail: { en: "All mail", de: "Alle E-Mails" },
  deletedList: { en: "a deleted list", de: "eine gelöschte Liste" },
  byContact: { en: "By the person", de: "Durch die Person selbst" },
  byOther: { en: "Entered by somebody of this workspace", de: "Eingetragen aus diesem Workspace" },
  viaForm: { en: "Form “{name}”", de: "Formular „{name}“" },
  fromIp: { en: "From {ip}", de: "Von {ip}" },
  confirmedAt: {
    en: "Address confirmed {when} from {ip}",
    de: "Adresse bestätigt {when} von {ip}",
  },
  wording: { en: "The words that were shown", de: "Der gezeigte Wortlaut" },
  version: { en: "Version {version}", de: "Fassung {version}" },
  erased: { en: "The personal part was erased.", de: "Der persönliche Teil wurde gelöscht." },
});
