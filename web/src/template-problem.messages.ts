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
    en: "This template nests its tags too deeply. The limit is 100 levels. Remove some of the inner tags.",
    de: "Diese Vorlage verschachtelt ihre Tags zu tief. Erlaubt sind 100 Ebenen. Entfernen Sie einige der inneren Tags.",
  },
  too_slow: {
    en: "This template takes too long. Make it smaller or simpler.",
    de: "Diese Vorlage braucht zu lange. Machen Sie sie kleiner oder einfacher.",
  },
  unknown_name: {
    en: "There is no value “{name}”. Values of a contact begin with contact, such as contact.first_name.",
    de: "Den Wert „{name}“ gibt es nicht. Werte eines Kontakts beginnen mit contact, zum Beispiel contact.first_name.",
  },
  unfilled_name: {
    en: "There is no value “{name}”, so it will be empty.",
    de: "Den Wert „{name}“ gibt es nicht. Er bleibt leer.",
  },
  unfilled_field: {
    en: "“{name}” is not a field of your contacts, so it will be empty.",
    de: "„{name}“ ist kein Feld Ihrer Kontakte. Es bleibt leer.",
  },
  source_too_large: {
    en: "The source is {size, number} kB. Gmail cuts off HTML over 102 kB.",
    de: "Der Quelltext hat {size, number} kB. Gmail schneidet HTML über 102 kB ab.",
  },
  active_content_removed: {
    en: "Mail apps do not run {what}, so it was removed.",
    de: "E-Mail-Programme führen {what} nicht aus. Es wurde entfernt.",
  },
  mjml_too_long: {
    en: "The MJML is too long. The limit is {max, number} kB.",
    de: "Das MJML ist zu lang. Erlaubt sind {max, number} kB.",
  },
  not_mjml: {
    en: "This is not MJML. It must start with <mjml>.",
    de: "Das ist kein MJML. Es muss mit <mjml> beginnen.",
  },
  image_not_shown: {
    en: "The image “{image}” will not show. It needs an address with https://.",
    de: "Das Bild „{image}“ wird nicht angezeigt. Es braucht eine Adresse mit https://.",
  },
  images_without_alt: {
    en: "{count, plural, one {One image has} other {# images have}} no alternative text. Many people see only this text.",
    de: "{count, plural, one {Ein Bild hat} other {# Bilder haben}} keinen Alternativtext. Viele Menschen sehen nur diesen.",
  },
  html_too_large: {
    en: "The HTML is {size, number} kB. Gmail cuts off messages over 102 kB, including the unsubscribe link.",
    de: "Das HTML hat {size, number} kB. Gmail schneidet Nachrichten nach 102 kB ab, und damit auch den Abmeldelink.",
  },
  link_leads_nowhere: {
    en: "The link “{link}” leads nowhere. It must start with https://.",
    de: "Der Link „{link}“ führt nirgendwohin. Er muss mit https:// beginnen.",
  },
  link_is_private: {
    en: "The link “{link}” leads to an address that works only in your own network.",
    de: "Der Link „{link}“ führt zu einer Adresse, die nur Ihr eigenes Netz kennt.",
  },
  link_is_shortened: {
    en: "The link “{link}” goes through a link shortener, which spam filters distrust.",
    de: "Der Link „{link}“ führt über einen Link-Kürzer. Spamfilter misstrauen solchen Links.",
  },
});
