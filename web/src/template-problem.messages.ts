import { messages } from "./i18n.ts";

export const t = messages({
  line: { en: "Line {line}: {message}", de: "Zeile {line}: {message}" },
  place: {
    en: "Line {line}, column {column}: {message}",
    de: "Zeile {line}, Spalte {column}: {message}",
  },
  too_much_work: {
    en: "The template does too much work for one message. Shorten its loops, or the lists that its loops and filters go through.",
    de: "Die Vorlage rechnet für eine Nachricht zu viel. Kürzen Sie ihre Schleifen oder die Listen, die ihre Schleifen und Filter durchgehen.",
  },
  too_much_text: {
    en: "The template makes too much text for one message: 4 million characters at most, with everything it captures and assigns. Look for loops, and for text that is appended to itself.",
    de: "Die Vorlage erzeugt für eine Nachricht zu viel Text: höchstens 4 Millionen Zeichen, einschließlich allem, was sie mit capture und assign aufhebt. Suchen Sie nach Schleifen und nach Text, der an sich selbst angehängt wird.",
  },
  too_deep: {
    en: "The template nests its tags too deeply: 100 levels at most. Take some of the inner ones out.",
    de: "Die Vorlage verschachtelt ihre Tags zu tief: höchstens 100 Ebenen. Nehmen Sie einige der inneren heraus.",
  },
  too_slow: {
    en: "The template takes too long. Make it smaller or simpler.",
    de: "Die Vorlage braucht zu lange. Machen Sie sie kleiner oder einfacher.",
  },
});
