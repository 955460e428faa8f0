import type { FieldType } from "./contacts.rules.ts";

// The CSV file of contacts: what its columns are called and what is in their cells. The export writes it, and the
// import gives back from it what the export was made of. The names are a promise: files are kept for years.

/** The columns of a contacts file besides the custom fields, in their order. */
export const fileColumns = [
  "email",
  "first_name",
  "last_name",
  "language",
  "time_zone",
  "country",
  "city",
  "status",
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "tracking",
  "tags",
  "lists",
  "consent",
  "source",
  "created_at",
] as const;
export type FileColumn = (typeof fileColumns)[number];

const FIELD_HEADER = /^([a-z][a-z0-9_]{0,39}):(text|number|boolean|date|choice|multi_choice|url)$/;

/** The name of a custom field's column. No other column has a colon, so that a field may be called `status`. */
export const fieldHeader = (field: { key: string; type: FieldType }): string =>
  `${field.key}:${field.type}`;

/** The field behind the name of a column; undefined for a column that is none. */
export function readFieldHeader(name: string): { key: string; type: FieldType } | undefined {
  const [, key, type] = FIELD_HEADER.exec(name) ?? [];
  return key === undefined ? undefined : { key, type: type as FieldType };
}

const KNOWN: ReadonlySet<string> = new Set(fileColumns);
/** Columns that no other product's file has under these names. */
const OWN_ALONE: ReadonlySet<string> = new Set([
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "lists",
  "consent",
]);

/**
 * True for the header of a file that the contact export wrote, whichever columns were chosen: it has the address and
 * the status, one column at least that only we write, and none that we do not.
 */
export function isContactsFile(header: readonly string[]): boolean {
  const names = new Set(header);
  return (
    names.has("email") &&
    names.has("status") &&
    names.size === header.length &&
    header.every((name) => KNOWN.has(name) || readFieldHeader(name) !== undefined) &&
    header.some((name) => OWN_ALONE.has(name) || readFieldHeader(name) !== undefined)
  );
}

/** What keeps campaigns from a contact, in the order in which it is said. */
export const fileStatuses = [
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "manual",
  "unclear",
  "left_all_lists",
  "unconfirmed",
  "paused",
  "mailable",
] as const;
export type FileStatus = (typeof fileStatuses)[number];

/** The status of a contact as its file says it: the same rules as an audience's, without a campaign. */
export function fileStatus(contact: {
  suppressionReason: string | null;
  memberships: readonly { status: string }[];
  isPaused: boolean;
}): FileStatus {
  const { suppressionReason, memberships, isPaused } = contact;
  if (suppressionReason !== null) {
    return suppressionReason as FileStatus;
  }
  const has = (status: string) => memberships.some((one) => one.status === status);
  if (memberships.length > 0 && !has("subscribed")) {
    return has("unsubscribed") ? "left_all_lists" : "unconfirmed";
  }
  return isPaused ? "paused" : "mailable";
}

/**
 * A cell of several things, each with several parts: `News | subscribed; "Big; loud" | pending`. A part in quotes
 * may hold anything, with quotes doubled, as in a CSV file.
 */
export function writeItems(items: readonly (readonly string[])[]): string {
  return items.map((parts) => parts.map(quoted).join(" | ")).join("; ");
}

const quoted = (part: string): string =>
  part === "" || /[;|"\r\n]|^\s|\s$/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;

/** What `writeItems` wrote; undefined for a text that is not written so. */
export function readItems(cell: string): string[][] | undefined {
  const part = /(?:\s*"((?:[^"]|"")*)"\s*|([^;|"]*))([;|]|$)/y;
  const items: string[][] = [];
  let parts: string[] = [];
  for (let end = ""; cell.trim() !== ""; ) {
    const match = part.exec(cell);
    if (match === null) {
      return undefined;
    }
    parts.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? "").trim());
    end = match[3] ?? "";
    if (end !== "|") {
      items.push(parts);
      parts = [];
    }
    if (end === "") {
      return items;
    }
  }
  return items;
}

/** Tags as `readTags` of an import takes them: a name with a comma, or a quote at its edge, is in quotes. */
export function writeTags(names: readonly string[]): string {
  return names
    .map((name) => (/,|^["']|["']$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join("; ");
}
