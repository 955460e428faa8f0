import type { FieldType } from "../contacts/contact-fields.service.ts";
import { consentColumn, mayBePlace } from "./consent-columns.rules.ts";
import { isStateOfPeople } from "./status-values.rules.ts";
import { foldWord } from "./status-words.rules.ts";

/** The target of a column. */
export type Target =
  | "email"
  | "firstName"
  | "lastName"
  | "fullName"
  | "language"
  | "timeZone"
  | "country"
  | "city"
  | "status"
  | "tags"
  | "attributes"
  | "consentTime"
  | "consentIp"
  /** A column that only our own export has, identified by its key. */
  | "own"
  | "field"
  | "newField"
  | "skip";

/** The guess for one column. */
export type ColumnGuess = {
  column: number;
  name: string;
  target: Target;
  /** The key of the custom field, or of the column of our own export. */
  key?: string;
  /** A new field that could be created for a column that would otherwise be skipped. */
  suggestion?: { label: string; type: FieldType };
  samples: string[];
};

// English and German names, and those used by the products in tests/fixtures/imports.
const NAMES: [Target, string[]][] = [
  [
    "email",
    [
      "email",
      "emailaddress",
      "mail",
      "mailaddress",
      "emailadresse",
      "mailadresse",
      "eadresse",
      "address",
      "subscriber",
      "subscriberemail",
      "contactemail",
      "email1value",
      "emailwork",
      "primaryemail",
      "courriel",
      "correo",
      "epost",
    ],
  ],
  [
    "firstName",
    ["firstname", "first", "givenname", "forename", "vorname", "fname", "prenom", "nombre"],
  ],
  [
    "lastName",
    [
      "lastname",
      "last",
      "surname",
      "familyname",
      "nachname",
      "familienname",
      "lname",
      "nom",
      "apellido",
      "apellidos",
    ],
  ],
  [
    "fullName",
    [
      "name",
      "fullname",
      "displayname",
      "contactname",
      "vollstandigername",
      "vorundnachname",
      "kontaktname",
    ],
  ],
  ["language", ["language", "lang", "locale", "sprache", "langue", "idioma"]],
  ["timeZone", ["timezone", "zeitzone", "tz", "fuseauhoraire"]],
  // Mailchimp derives CC from the IP address.
  ["country", ["country", "countrycode", "land", "landercode", "pays", "pais", "cc"]],
  ["city", ["city", "town", "stadt", "ort", "wohnort", "ville", "ciudad"]],
  ["tags", ["tags", "tag", "labels", "schlagworte", "schlagworter"]],
  // A confirmation proves more than a sign-up, but in Mailchimp's files the sign-up comes first and both have the
  // same value.
  [
    "consentTime",
    [
      "optintime",
      "confirmtime",
      "optindate",
      "subscribedat",
      "joined",
      "doubleoptinat",
      "addedtime",
    ],
  ],
  ["consentIp", ["optinip", "confirmip", "signupip", "ipaddress"]],
];

const PLACES: ReadonlySet<Target> = new Set(["timeZone", "country", "city"]);

/** The built-in fields of a contact, which a column or a key of a JSON object may name. */
export const BUILT_IN = [
  "firstName",
  "lastName",
  "fullName",
  "language",
  "timeZone",
  "country",
  "city",
] as const satisfies Target[];
export type BuiltIn = (typeof BUILT_IN)[number];

/** True for a name that a column of addresses has. */
export const isEmailName = (name: string): boolean =>
  NAMES.some(([target, names]) => target === "email" && names.includes(foldWord(name)));

/** The built-in field that a column or JSON key names; undefined when there is none. */
export function builtInNamed(name: string): BuiltIn | undefined {
  const folded = foldWord(name);
  return BUILT_IN.find((target) =>
    NAMES.some(([of, names]) => of === target && names.includes(folded)),
  );
}

/** Names that listmonk and Keila use for the column with all other fields as a JSON object. */
const ATTRIBUTES = new Set(["attributes", "attribs", "data"]);

/** True for the name of a column that may contain a JSON object with all other fields. */
export const isAttributeColumn = (name: string): boolean => ATTRIBUTES.has(foldWord(name));

/**
 * True when the first row is a header: it contains no address, and either a known name or text where other rows have
 * an address.
 */
export function looksLikeHeader(rows: readonly string[][], isEmail: (cell: string) => boolean) {
  const [first] = rows;
  return first !== undefined && !first.some(isEmail);
}

/**
 * Guesses the target of each column by its name, otherwise by its content. Each target is used once, for the first
 * column that fits. Only the status can come from several columns, because every column about consent counts.
 */
export function guessColumns(
  rows: readonly string[][],
  hasHeader: boolean,
  fields: readonly { key: string; label: string }[],
  isEmail: (cell: string) => boolean,
): ColumnGuess[] {
  const header = hasHeader ? (rows[0] ?? []) : [];
  const data = hasHeader ? rows.slice(1) : rows;
  // Cells beyond the header have no name, so nobody could choose a target for them.
  const width = hasHeader ? header.length : Math.max(0, ...data.map((row) => row.length));
  const taken = new Set<string>();
  const guesses: ColumnGuess[] = [];
  for (let column = 0; column < width; column++) {
    const name = (header[column] ?? "").trim();
    const cells = data.map((row) => (row[column] ?? "").trim());
    guesses.push(guessOne(column, name, cells, fields, taken));
  }
  if (!taken.has("email")) {
    giveEmail(guesses, data, isEmail);
  }
  return guesses;
}

function guessOne(
  column: number,
  name: string,
  cells: string[],
  fields: readonly { key: string; label: string }[],
  taken: Set<string>,
): ColumnGuess {
  const samples = cells
    .filter((cell) => cell !== "")
    .slice(0, 3)
    .map((cell) => cell.slice(0, 100));
  const base = { column, name, samples };
  const folded = foldWord(name);
  // A workspace with its own custom field for a place keeps using it, because templates refer to it.
  const hasOwn = fields.some(({ key }) => foldWord(key) === folded);
  const known = NAMES.find(
    ([target, names]) =>
      names.includes(folded) && !taken.has(target) && !(hasOwn && PLACES.has(target)),
  );
  if (known !== undefined) {
    taken.add(known[0]);
    return { ...base, target: known[0] };
  }
  const filled = cells.filter((cell) => cell !== "");
  const isObject = filled.some((cell) => cell.startsWith("{"));
  if (ATTRIBUTES.has(folded) && isObject && !taken.has("attributes")) {
    taken.add("attributes");
    return { ...base, target: "attributes" };
  }
  const asks = consentColumn(name).kind;
  if (asks === "state" || (mayBePlace(name) && isStateOfPeople(filled))) {
    return { ...base, target: "status" };
  }
  const field = fields.find(
    ({ key, label }) => folded !== "" && (foldWord(key) === folded || foldWord(label) === folded),
  );
  if (field !== undefined && !taken.has(`field:${field.key}`)) {
    taken.add(`field:${field.key}`);
    return { ...base, target: "field", key: field.key };
  }
  if (asks !== "other") {
    return { ...base, target: "status" };
  }
  const suggestion = { label: name === "" ? `Column ${column + 1}` : name, type: guessType(cells) };
  return { ...base, target: "skip", suggestion };
}

function giveEmail(
  guesses: ColumnGuess[],
  data: readonly string[][],
  isEmail: (cell: string) => boolean,
): void {
  let best: { guess: ColumnGuess; share: number } | undefined;
  for (const guess of guesses) {
    const hits = data.filter((row) => isEmail(row[guess.column] ?? "")).length;
    const share = hits / Math.max(1, data.length);
    if (share > (best?.share ?? 0.3)) {
      best = { guess, share };
    }
  }
  if (best !== undefined) {
    best.guess.target = "email";
    delete best.guess.suggestion;
    delete best.guess.key;
  }
}

function guessType(cells: string[]): FieldType {
  const filled = cells.filter((cell) => cell !== "");
  const all = (pattern: RegExp) => filled.length > 0 && filled.every((cell) => pattern.test(cell));
  if (all(/^(true|false|yes|no|ja|nein)$/i)) {
    return "boolean";
  }
  if (all(/^(\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}\.\d{1,2}\.\d{4})$/)) {
    return "date";
  }
  // A value with a leading zero is a postcode or telephone number and must keep the zero.
  return all(/^-?(0|[1-9]\d{0,14})([.,]\d+)?$/) ? "number" : "text";
}
