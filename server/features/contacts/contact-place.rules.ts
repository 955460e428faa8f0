import { because, type FieldProblem, faultyField } from "../../platform/errors.ts";

/** Where somebody lives; empty strings where it is unknown. */
export type Place = { timeZone: string; country: string; city: string };

export type PlaceInput = {
  timeZone?: string | undefined;
  country?: string | undefined;
  city?: string | undefined;
};

const MAX_CITY_CHARS = 200;
const timeZones = new Set(Intl.supportedValuesOf("timeZone").map((name) => name.toLowerCase()));
const countryNames = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Reads the given parts and keeps the rest. Invalid values are added to `problems`. */
export function readPlace(input: PlaceInput, old: Place, problems: FieldProblem[]): Place {
  return {
    timeZone: readTimeZone(input.timeZone?.trim() ?? old.timeZone, problems),
    country: readCountry(input.country?.trim() ?? old.country, problems),
    city: readCity(input.city?.trim() ?? old.city, problems),
  };
}

/**
 * Reads a place from a file. A country may be a code or an English or German name. Unreadable and empty values are
 * ignored, because a wrong place is no reason to reject the contact.
 */
export function readWrittenPlace(written: Place): Partial<Place> {
  const place: Partial<Place> = {};
  for (const name of ["timeZone", "country", "city"] as const) {
    const text = written[name].trim();
    const value = name === "country" ? (countryByName().get(fold(text)) ?? text) : text;
    const problems: FieldProblem[] = [];
    const read = readPlace({ [name]: value }, { timeZone: "", country: "", city: "" }, problems);
    if (problems.length === 0 && read[name] !== "") {
      place[name] = read[name];
    }
  }
  return place;
}

const fold = (text: string) => text.normalize("NFC").toLowerCase();

/** Former codes that share their name with a current one: DD is Germany too. */
const FORMER = new Set("AN BU CS DD DY FX HV NH RH SU TP UK VD YD YU ZR ZZ".split(" "));

let names: Map<string, string> | undefined;

/** Country codes by name; built when the first file needs it. */
function countryByName(): ReadonlyMap<string, string> {
  if (names === undefined) {
    names = new Map();
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    for (const language of ["en", "de"]) {
      const shown = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
      for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
        const name = FORMER.has(code) ? undefined : shown.of(code);
        if (name !== undefined && !names.has(fold(name))) {
          names.set(fold(name), code);
        }
      }
    }
  }
  return names;
}

function readTimeZone(written: string, problems: FieldProblem[]): string {
  if (written === "" || written === "UTC") {
    return written;
  }
  if (!timeZones.has(written.toLowerCase()) && !isZone(written)) {
    problems.push(faultyField("timeZone", because("not_a_time_zone")));
    return "";
  }
  return new Intl.DateTimeFormat("en", { timeZone: written }).resolvedOptions().timeZone;
}

/** Aliases such as Asia/Calcutta are not listed but valid. A UTC offset is not a place. */
function isZone(written: string): boolean {
  if (!/^[A-Za-z_]+\/[A-Za-z0-9_+/-]+$/.test(written)) {
    return false;
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: written });
    return true;
  } catch {
    return false;
  }
}

function readCountry(written: string, problems: FieldProblem[]): string {
  const code = written.toUpperCase();
  const isKnown = /^[A-Z]{2}$/.test(code) && code !== "ZZ" && countryNames.of(code) !== undefined;
  if (code !== "" && !isKnown) {
    problems.push(faultyField("country", because("not_a_country")));
    return "";
  }
  return code;
}

function readCity(written: string, problems: FieldProblem[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const city = written.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  if (city.length > MAX_CITY_CHARS) {
    problems.push(faultyField("city", because("too_long", { max: MAX_CITY_CHARS })));
  }
  return city;
}
