import { messages } from "./i18n.ts";

export const t = messages({
  line: { en: "Line {line}: {message}", de: "Zeile {line}: {message}" },
  place: {
    en: "Line {line}, column {column}: {message}",
    de: "Zeile {line}, Spalte {column}: {message}",
  },
  too_much_work: {
    en: "This template does too much work for one message. Shorten its loops or the lists they go through.",
    de: "Diese Vorlage rechnet für eine Nachricht zu viel. Kürzen Sie ihre Schleifen oder die Listen, die sie durchlaufen.",
  },
  too_much_text: {
    en: "This template produces too much text for one message. The limit is 4 million characters, including captured and assigned text. Check its loops, and any text that is appended to itself.",
    de: "Diese Vorlage erzeugt für eine Nachricht zu viel Text. Erlaubt sind 4 Millionen Zeichen, einschließlich Text aus capture und assign. Prüfen Sie ihre Schleifen und Text, der an sich selbst angehängt wird.",
  },
  too_deep: {
    en: "This template nests its tags too deeply. The limit is 100 levels. Remove some of the inner ones.",
    de: "Diese Vorlage verschachtelt ihre Tags zu tief. Erlaubt sind 100 Ebenen. Entfernen Sie einige der inneren.",
  },
  too_slow: {
    en: "This template takes too long. Make it smaller or simpler.",
    de: "Diese Vorlage braucht zu lange. Machen Sie sie kleiner oder einfacher.",
  },
});
