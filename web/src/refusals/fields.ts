import type { RefusalWords } from "./words.ts";

export const fields = {
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
  no_parameters: {
    en: "This page's address has a parameter that does not exist.",
    de: "Die Adresse dieser Seite enthält einen Parameter, den es nicht gibt.",
    hint: { de: "Diese Adresse hat keine Parameter." },
  },
  other_parameters: {
    en: "This page's address has a parameter that does not exist.",
    de: "Die Adresse dieser Seite enthält einen Parameter, den es nicht gibt.",
    hint: { de: "Die Parameter hier sind: {names}." },
  },
  unknown_member: {
    en: "The request contains a field that this address does not have. Reload the page and try again.",
    de: "Die Anfrage enthält ein Feld, das diese Adresse nicht kennt. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
  },
  control_character: {
    en: "This text contains a line break or another control character.",
    de: "Dieser Text enthält einen Zeilenumbruch oder ein anderes Steuerzeichen.",
  },
  not_an_email: {
    en: "This is not an email address.",
    de: "Das ist keine E-Mail-Adresse.",
  },
  not_a_local_time: {
    en: "This is not a time such as 2026-11-30T09:00.",
    de: "Das ist kein Zeitpunkt wie 2026-11-30T09:00.",
  },
  in_the_past: {
    en: "This time is in the past.",
    de: "Dieser Zeitpunkt liegt in der Vergangenheit.",
  },
  bad_etag: {
    en: "This is not an ETag of this resource.",
    de: "Diese Version stammt nicht von hier.",
    hint: { de: 'Zum Beispiel "3".' },
  },
  bad_cursor: {
    en: "This is not a cursor that this list returned.",
    de: "Diese Stelle stammt nicht aus dieser Liste.",
    hint: { de: "Lassen Sie sie weg, um von vorn zu beginnen." },
  },
  bad_idempotency_key: {
    en: "The key of this request must be 1 to 200 visible ASCII characters.",
    de: "Der Schlüssel dieser Anfrage muss aus 1 bis 200 sichtbaren ASCII-Zeichen bestehen.",
  },
  used_idempotency_key: {
    en: "The key of this request was already used for a different request.",
    de: "Der Schlüssel dieser Anfrage wurde bereits für eine andere Anfrage verwendet.",
    hint: { de: "Verwenden Sie einen neuen Schlüssel." },
  },
} satisfies Record<string, RefusalWords>;
