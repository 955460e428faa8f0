import type { RefusalWords } from "./words.ts";

export const content = {
  template_changed_meanwhile: {
    de: "Jemand anderes hat diese Vorlage geändert. Laden Sie sie neu.",
  },
  contacts_permission_missing: {
    de: "Sie benötigen das Recht contacts:read, um einen Kontakt zu wählen.",
  },
  unknown_starter: {
    en: "There is no built-in template “{key}”.",
    de: "Die Startvorlage „{key}“ gibt es nicht.",
  },

  form_changed_meanwhile: {
    de: "Jemand anderes hat dieses Formular geändert. Laden Sie es neu.",
  },
  not_a_web_address: {
    en: "This is not a web address.",
    de: "Das ist keine Webadresse.",
    hint: { de: "Zum Beispiel https://www.example.org/danke" },
  },
  not_an_origin: {
    en: "“{text}” is not the address of a website.",
    de: "„{text}“ ist keine Adresse einer Website.",
    hint: { de: "Zum Beispiel https://www.example.org" },
  },
  not_a_color: {
    en: "This is not a colour such as #3b5bdb.",
    de: "Das ist keine Farbe wie #3b5bdb.",
  },
  not_an_image_url: {
    en: "This is not the address of an image that begins with https://.",
    de: "Das ist keine Adresse eines Bildes, die mit https:// beginnt.",
  },
  form_field_twice: {
    en: "The form contains the field {field} twice.",
    de: "Das Formular fragt zweimal nach {field}.",
  },
  form_field_unknown: {
    en: "There is no field {field}.",
    de: "Das Feld {field} gibt es nicht.",
  },
  form_list_not_public: {
    en: "A form can subscribe people only to public lists.",
    de: "Ein Formular führt nur zu öffentlichen Listen.",
  },
  template_mistake: {
    en: "This text contains a mistake: {mistake}",
    de: "In diesem Text ist ein Fehler: {mistake}",
  },

  unknown_category: {
    en: "This is not a reason in this campaign's report.",
    de: "Das ist kein Grund dieser Kampagne.",
    hint: { de: "Die Gründe einer Kampagne stehen in ihrem Bericht." },
  },

  nothing_paused_there: { de: "Dort ist nichts mehr pausiert." },
  no_such_limit: { de: "Dieser Arbeitsbereich hat kein solches Limit." },
} satisfies Record<string, RefusalWords>;
