import type { FieldType } from "../contacts/contact-fields.service.ts";

/** What a column of the file becomes. */
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
  | "field"
  | "newField"
  | "skip";

/** What we think of one column. */
export type ColumnGuess = {
  column: number;
  name: string;
  target: Target;
  /** Of the custom field; only for `field`. */
  key?: string;
  /** What a new field for a column that would be skipped could be. */
  suggestion?: { label: string; type: FieldType };
  samples: string[];
};

// English and German, and what Mailchimp, Brevo, listmonk, HubSpot, CleverReach and Outlook call them.
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
  // Mailchimp's CC is what it made of the network address.
  ["country", ["country", "countrycode", "land", "landercode", "pays", "pais", "cc"]],
  ["city", ["city", "town", "stadt", "ort", "wohnort", "ville", "ciudad"]],
  [
    "status",
    [
      "status",
      "subscriberstatus",
      "emailmarketingstatus",
      "optinstatus",
      "abostatus",
      "blocklisted",
      "emailblacklist",
      "emailblocklist",
      "unsubscribed",
    ],
  ],
  ["tags", ["tags", "tag", "labels", "schlagworte", "schlagworter"]],
  // A confirmation proves more than a sign-up, but Mailchimp's files have the sign-up first and both alike.
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

/** What listmonk and Keila call the column that holds all other fields, as a JSON object. */
const ATTRIBUTES = new Set(["attributes", "attribs", "data"]);

/** True for the name of a column that may hold a JSON object with all other fields. */
export const isAttributeColumn = (name: string): boolean => ATTRIBUTES.has(foldColumnName(name));

/** A column's name as names are compared: letters and digits only, without accents. */
export function foldColumnName(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** True when the first row names columns: it has no address, and either a name we know or text where others have one. */
export function looksLikeHeader(rows: readonly string[][], isEmail: (cell: string) => boolean) {
  const [first] = rows;
  return first !== undefined && !first.some(isEmail);
}

/**
 * Guesses what each column is, by its name, else by what is in it. Each target is given once: the
 * first column that fits keeps it.
 */
export function guessColumns(
  rows: readonly string[][],
  hasHeader: boolean,
  fields: readonly { key: string; label: string }[],
  isEmail: (cell: string) => boolean,
): ColumnGuess[] {
  const header = hasHeader ? (rows[0] ?? []) : [];
  const data = hasHeader ? rows.slice(1) : rows;
  // Cells past the header have no name, so nobody could say what they are.
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
  const folded = foldColumnName(name);
  // A workspace that has a field of its own for the place keeps using it: templates name it.
  const hasOwn = fields.some(({ key }) => foldColumnName(key) === folded);
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
  const field = fields.find(
    ({ key, label }) =>
      folded !== "" && (foldColumnName(key) === folded || foldColumnName(label) === folded),
  );
  if (field !== undefined && !taken.has(`field:${field.key}`)) {
    taken.add(`field:${field.key}`);
    return { ...base, target: "field", key: field.key };
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
  // A leading zero is a postcode or a telephone number, and must keep it.
  return all(/^-?(0|[1-9]\d{0,14})([.,]\d+)?$/) ? "number" : "text";
}

const STATUS: Record<string, "unsubscribed" | "hard_bounce" | "complaint" | undefined> = {
  unsubscribed: "unsubscribed",
  abgemeldet: "unsubscribed",
  disabled: "unsubscribed",
  inactive: "unsubscribed",
  optout: "unsubscribed",
  optedout: "unsubscribed",
  blocklisted: "unsubscribed",
  blacklisted: "unsubscribed",
  blocked: "unsubscribed",
  cleaned: "hard_bounce",
  bounced: "hard_bounce",
  hardbounce: "hard_bounce",
  hardbounced: "hard_bounce",
  invalid: "hard_bounce",
  unreachable: "hard_bounce",
  complained: "complaint",
  complaint: "complaint",
  spam: "complaint",
  markedasspam: "complaint",
  abuse: "complaint",
};

/** Columns that hold yes or no, with yes for those who must not be mailed. */
const NEGATIVE = new Set(["blocklisted", "emailblacklist", "emailblocklist", "unsubscribed"]);

/**
 * Why somebody with this status in another product must not be mailed; undefined when they may.
 *
 * @param columnName What the column is called: `true` means one thing under "unsubscribed", and another elsewhere.
 */
export function suppressionOfStatus(status: string, columnName: string) {
  const folded = foldColumnName(status);
  if (NEGATIVE.has(foldColumnName(columnName)) && /^(true|yes|ja|1)$/.test(folded)) {
    return "unsubscribed";
  }
  return Object.hasOwn(STATUS, folded) ? STATUS[folded] : undefined;
}

const PENDING = new Set(["unconfirmed", "pending", "waiting", "notconfirmed", "unbestatigt"]);

/**
 * True for a status of people who never confirmed their sign-up. They join the chosen lists as pending, which
 * keeps every campaign from them; without a list nothing would, so then their rows are refused.
 */
export function isPendingStatus(status: string): boolean {
  return PENDING.has(foldColumnName(status));
}
