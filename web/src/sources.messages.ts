import { messages } from "./i18n.ts";

export const t = messages({
  "from.manual": { en: "Manually", de: "Manuell" },
  "from.api": { en: "API", de: "API" },
  "from.preferences": { en: "Preferences page", de: "Einstellungsseite" },
  "from.import": { en: "Import {id}", de: "Import {id}" },
  "from.form": { en: "Form {id}", de: "Formular {id}" },
  "from.campaign": { en: "Campaign {id}", de: "Kampagne {id}" },
  "from.bulk": { en: "Bulk action", de: "Massenaktion" },
  "via.one_click": {
    en: "One-click unsubscribe in the mail app",
    de: "Mit einem Klick im Mailprogramm abgemeldet",
  },
  "via.page": { en: "On the unsubscribe page", de: "Auf der Abmeldeseite" },
  "via.mailto": { en: "By email", de: "Per E-Mail" },
});
