import type { FieldFaultCode } from "../../server/app.ts";
import { type Locale, messages } from "./i18n.ts";

/** What is wrong with the value of a field; the compiler reports a code without words. */
export const t = messages({
  empty: { en: "This field must not be empty.", de: "Bitte füllen Sie dieses Feld aus." },
  too_long: {
    en: "This text can have at most {max, plural, one {# character} other {# characters}}.",
    de: "Dieser Text darf höchstens {max, plural, one {# Zeichen} other {# Zeichen}} haben.",
  },
  too_short: {
    en: "This text must have at least {min, plural, one {# character} other {# characters}}.",
    de: "Dieser Text muss mindestens {min, plural, one {# Zeichen} other {# Zeichen}} haben.",
  },
  below_minimum: {
    en: "This number must be at least {min, number}.",
    de: "Diese Zahl muss mindestens {min, number} sein.",
  },
  above_maximum: {
    en: "This number must be at most {max, number}.",
    de: "Diese Zahl darf höchstens {max, number} sein.",
  },
  not_one_of: {
    en: "This value must be one of: {options}.",
    de: "Dieser Wert muss einer der folgenden sein: {options}.",
  },
  not_a_number: { en: "This value must be a number.", de: "Dieser Wert muss eine Zahl sein." },
  not_an_id: { en: "This is not a valid ID.", de: "Das ist keine gültige ID." },
  unknown_parameter: {
    en: "This page's address has a parameter that does not exist.",
    de: "Die Adresse dieser Seite enthält einen Parameter, den es nicht gibt.",
  },
  unknown_member: {
    en: "The request contains a field that this address does not have. Reload the page and try again.",
    de: "Die Anfrage enthält ein Feld, das diese Adresse nicht kennt. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
  },
} satisfies Record<FieldFaultCode, Record<Locale, string>>);
