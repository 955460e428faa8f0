import { messages } from "./i18n.ts";

export const t = messages({
  "from.manual": { en: "By hand", de: "Von Hand" },
  "from.api": { en: "Through the API", de: "Über die API" },
  "from.preferences": { en: "In the preference centre", de: "In den Einstellungen der Empfänger" },
  "from.import": { en: "Import {id}", de: "Import {id}" },
  "from.form": { en: "Form {id}", de: "Formular {id}" },
  "from.campaign": { en: "Campaign {id}", de: "Kampagne {id}" },
  "from.bulk": { en: "An action on many", de: "Eine Aktion auf viele" },
  "via.one_click": { en: "By one click in the mail program", de: "Per Klick im Mailprogramm" },
  "via.page": { en: "On the unsubscribe page", de: "Auf der Abmeldeseite" },
  "via.mailto": { en: "By an email", de: "Per E-Mail" },
});
