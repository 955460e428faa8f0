import type { FormLanguage } from "./form-words.rules.ts";

const known = new Map<FormLanguage, readonly [code: string, name: string][]>();

/** Country names in a language, sorted by its rules. */
export function countries(language: FormLanguage): readonly [code: string, name: string][] {
  const list = known.get(language) ?? listed(language);
  known.set(language, list);
  return list;
}

let zones: readonly string[] | undefined;

/** The time zones of the world, without UTC, where nobody lives. */
export function timeZones(): readonly string[] {
  zones ??= Intl.supportedValuesOf("timeZone").filter((zone) => zone.includes("/"));
  return zones;
}

function listed(language: FormLanguage): [code: string, name: string][] {
  const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const found = letters
    .flatMap((first) => letters.map((second) => first + second))
    .flatMap((code): [string, string][] => {
      const name = isCountry(code) ? names.of(code) : undefined;
      return name === undefined ? [] : [[code, name]];
    });
  const { compare } = new Intl.Collator(language);
  return found.sort(([, a], [, b]) => compare(a, b));
}

// Groups of countries, parts of countries and test codes have names too. A former code is recognised by its differing
// canonical region.
const noCountries = new Set("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split(" "));
const isCountry = (code: string) =>
  !noCountries.has(code) && new Intl.Locale(`en-${code}`).maximize().region === code;
