import { because, type Reason } from "../../platform/errors.ts";
export type FieldType = "text" | "number" | "boolean" | "date" | "choice" | "multi_choice" | "url";

/** A custom field of a workspace. */
export type FieldSpec = { key: string; label: string; type: FieldType; choices: string[] };

/** The value of a custom field. A date is `YYYY-MM-DD`; several choices are in the field's order. */
export type FieldValue = string | number | boolean | string[];

/**
 * A contact's custom fields by key. Has no prototype, so that a missing field called `constructor` is undefined and
 * not a function.
 */
export type FieldValues = Record<string, FieldValue>;

/** Custom fields before any is set. */
export const noFields = (): FieldValues => Object.create(null) as FieldValues;

/** The custom fields of a stored contact. */
export function parseFields(json: string): FieldValues {
  return json === "{}" ? noFields() : Object.assign(noFields(), JSON.parse(json));
}

/** Names that `contact.<name>` already uses in a template. */
const RESERVED = new Set(["id", "email", "first_name", "last_name", "language", "tracking_off"]);
const MAX_TEXT_CHARS = 2_000;
export const MAX_NAME_CHARS = 200;

/** Why `key` cannot be the key of a custom field; undefined when it can. */
export function fieldKeyFault(key: string): Reason | undefined {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(key)) {
    return because("field_key_spelling");
  }
  return RESERVED.has(key) ? because("field_key_reserved") : undefined;
}

/** Derives a field key from a label: `Favourite colour` becomes `favourite_colour`. */
export function fieldKeyFrom(label: string): string {
  const plain = label
    .normalize("NFKD")
    .replace(/ß/g, "ss")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .slice(0, 40);
  const key = plain === "" ? "field" : plain;
  return RESERVED.has(key) ? `${key}_2`.slice(0, 40) : key;
}

/** The folded names that a prefix search compares with: first name first, and last name first. */
export function nameKeys(first: string, last: string): { nameKey: string; lastKey: string } {
  if (first === "" && last === "") {
    return { nameKey: "", lastKey: "" };
  }
  if (last === "") {
    return { nameKey: foldName(first), lastKey: "" };
  }
  if (first === "") {
    return { nameKey: "", lastKey: foldName(last) };
  }
  return { nameKey: foldName(`${first} ${last}`), lastKey: foldName(`${last} ${first}`) };
}

/** Folds a name for comparison: NFC, lower case, single spaces. */
export function foldName(name: string): string {
  return name.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");
}

type Reading = { value: FieldValue | undefined } | { fault: Reason };

/**
 * Reads a value of a custom field from a form, the API or a cell of a file. Empty text and null read as undefined,
 * which removes the field from the contact.
 */
export function readFieldValue(field: FieldSpec, raw: unknown): Reading {
  if (raw === null || raw === undefined) {
    return { value: undefined };
  }
  if (Array.isArray(raw) && field.type === "multi_choice") {
    return readChoices(raw, field);
  }
  if (typeof raw === "object") {
    return { fault: because("value_not_single") };
  }
  const text = String(raw).trim();
  if (text === "") {
    return { value: undefined };
  }
  return readers[field.type](text, field);
}

const readers: Record<FieldType, (text: string, field: FieldSpec) => Reading> = {
  text: readText,
  number: readNumber,
  boolean: readBoolean,
  date: readDate,
  choice: readChoice,
  // In a cell of a file, choices are separated by ; or |, which no choice may contain.
  multi_choice: (text, field) => readChoices(text.split(/[;|]/), field),
  url: readUrl,
};

function readText(text: string): Reading {
  if (text.includes("\u0000")) {
    return { fault: because("value_has_nul") };
  }
  return text.length > MAX_TEXT_CHARS
    ? { fault: because("value_too_long", { length: text.length, max: MAX_TEXT_CHARS }) }
    : { value: text };
}

function readNumber(text: string): Reading {
  const plain = text.replace(/[\s\u00a0']/g, "");
  if (/^[+-]?\d{1,3},\d{3}$/.test(plain)) {
    const [whole, rest] = plain.split(",");
    return {
      fault: because("value_two_numbers", {
        text,
        large: `${whole}${rest}`,
        small: `${whole}.${rest}`,
      }),
    };
  }
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) {
    return finite(plain.replaceAll(",", ""), text);
  }
  if (/^[+-]?\d{1,3}(\.\d{3})+,\d+$/.test(plain)) {
    return finite(plain.replaceAll(".", "").replace(",", "."), text);
  }
  if (/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(plain)) {
    return finite(plain.replace(",", "."), text);
  }
  return { fault: because("value_no_number", { text: shorten(text) }) };
}

function finite(digits: string, text: string): Reading {
  const value = Number(digits);
  return Number.isFinite(value)
    ? { value }
    : { fault: because("value_number_large", { text: shorten(text) }) };
}

const TRUE = new Set(["true", "yes", "y", "1", "ja", "j", "wahr", "x", "on", "oui", "si", "sí"]);
const FALSE = new Set(["false", "no", "n", "0", "nein", "falsch", "off", "non"]);

function readBoolean(text: string): Reading {
  const word = text.toLowerCase();
  if (TRUE.has(word)) {
    return { value: true };
  }
  return FALSE.has(word)
    ? { value: false }
    : { fault: because("value_no_boolean", { text: shorten(text) }) };
}

function readDate(text: string): Reading {
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?$/.exec(text);
  if (iso !== null) {
    return calendarDate(text, Number(iso[1]), Number(iso[2]), Number(iso[3]));
  }
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?$/.exec(text);
  if (dotted !== null) {
    return calendarDate(text, Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));
  }
  const slashed = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?: .*)?$/.exec(text);
  if (slashed === null) {
    return { fault: because("value_no_date", { text: shorten(text) }) };
  }
  const [a, b, year] = [Number(slashed[1]), Number(slashed[2]), Number(slashed[3])];
  if (a <= 12 && b <= 12 && a !== b) {
    return { fault: because("value_two_dates", { text: shorten(text) }) };
  }
  return a > 12 ? calendarDate(text, year, b, a) : calendarDate(text, year, a, b);
}

function calendarDate(text: string, year: number, month: number, day: number): Reading {
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1000;
  return exists
    ? { value: date.toISOString().slice(0, 10) }
    : { fault: because("value_unknown_date", { text: shorten(text) }) };
}

function readChoice(text: string, field: FieldSpec): Reading {
  const found = field.choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  return found === undefined
    ? {
        fault: because("value_no_choice", {
          text: shorten(text),
          choices: field.choices.join(", "),
        }),
      }
    : { value: found };
}

function readChoices(raw: unknown[], field: FieldSpec): Reading {
  const chosen = new Set<string>();
  for (const one of raw) {
    const text = typeof one === "object" ? "" : String(one).trim();
    if (text === "") {
      continue;
    }
    const read = readChoice(text, field);
    if ("fault" in read) {
      return read;
    }
    chosen.add(String(read.value));
  }
  const value = field.choices.filter((choice) => chosen.has(choice));
  return { value: value.length === 0 ? undefined : value };
}

function readUrl(text: string): Reading {
  if (text.length > MAX_TEXT_CHARS) {
    return { fault: because("value_too_long", { length: text.length, max: MAX_TEXT_CHARS }) };
  }
  const written = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  try {
    const url = new URL(written);
    const isWeb = url.protocol === "https:" || url.protocol === "http:";
    return isWeb && url.hostname.includes(".")
      ? { value: url.href }
      : { fault: because("value_no_url", { text: shorten(text) }) };
  } catch {
    return { fault: because("value_no_url", { text: shorten(text) }) };
  }
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
