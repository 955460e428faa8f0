import type { RefusalWords } from "./words.ts";

export const addresses = {
  address_empty: { en: "Enter an email address.", de: "Geben Sie eine E-Mail-Adresse ein." },
  address_invisible: {
    en: "This address contains an invisible or control character.",
    de: "Diese Adresse enthält ein unsichtbares Zeichen oder ein Steuerzeichen.",
  },
  address_without_at: {
    en: "This address does not contain an @.",
    de: "In dieser Adresse fehlt das @.",
  },
  address_too_long: {
    en: "This address is longer than {max, number} bytes.",
    de: "Diese Adresse ist länger als {max, number} Bytes.",
  },
  local_empty: {
    en: "There is nothing before the @.",
    de: "Vor dem @ steht nichts.",
  },
  local_too_long: {
    en: "The part before the @ is longer than {max, number} bytes.",
    de: "Der Teil vor dem @ ist länger als {max, number} Bytes.",
  },
  local_brackets: {
    en: "This contains < or >. Enter only the address itself.",
    de: "Hier steht < oder >. Geben Sie nur die Adresse selbst ein.",
  },
  local_second_at: {
    en: "This address contains more than one @.",
    de: "Es gibt mehr als ein @.",
  },
  local_space: {
    en: "This address contains a space before the @.",
    de: "Vor dem @ steht ein Leerzeichen.",
  },
  local_outer_dot: {
    en: "The part before the @ starts or ends with a dot.",
    de: "Der Teil vor dem @ beginnt oder endet mit einem Punkt.",
  },
  local_two_dots: {
    en: "This address contains two dots in a row before the @.",
    de: "Vor dem @ stehen zwei Punkte hintereinander.",
  },
  local_character: {
    en: "This address contains a character before the @ that is not allowed.",
    de: "Vor dem @ steht ein Zeichen, das nicht erlaubt ist.",
  },
  domain_empty: {
    en: "There is nothing after the @.",
    de: "Nach dem @ steht nichts.",
  },
  domain_is_ip: {
    en: "The domain is an IP address.",
    de: "Die Domain ist eine IP-Adresse.",
  },
  domain_space: {
    en: "The domain contains a space.",
    de: "Die Domain enthält ein Leerzeichen.",
  },
  domain_without_dot: {
    en: "The domain does not contain a dot.",
    de: "Die Domain enthält keinen Punkt.",
  },
  domain_extra_dot: {
    en: "The domain contains an extra dot.",
    de: "Die Domain enthält einen Punkt zu viel.",
  },
  domain_impossible: {
    en: "This domain name is not valid.",
    de: "Diese Domain kann es nicht geben.",
  },
  domain_ending_short: {
    en: "The domain's ending is too short.",
    de: "Die Endung der Domain ist zu kurz.",
  },
} satisfies Record<string, RefusalWords>;
