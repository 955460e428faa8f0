import type { FieldType } from "./contacts.rules.ts";

// The CSV format of contacts: its column names and cell formats. The export writes it and the import restores
// everything the export wrote. The column names must not change, because people keep these files for years.

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

/** The column name of a custom field. No other column contains a colon, so a field may be called `status`. */
export const fieldHeader = (field: { key: string; type: FieldType }): string =>
  `${field.key}:${field.type}`;

/** The field that a column belongs to; undefined for other columns. */
export function readFieldHeader(name: string): { key: string; type: FieldType } | undefined {
  const [, key, type] = FIELD_HEADER.exec(name) ?? [];
  return key === undefined ? undefined : { key, type: type as FieldType };
}

const KNOWN: ReadonlySet<string> = new Set(fileColumns);
/** Column names that no other product's export uses. */
const OWN_ALONE: ReadonlySet<string> = new Set([
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "lists",
  "consent",
]);

/**
 * True for the header of a file that our contact export wrote, whichever columns were chosen: it has the address and
 * the status, at least one column that only we write, and no unknown column.
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

/** Reasons why campaigns do not reach a contact, in order of precedence. */
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

/** A contact's status in the file. Follows the same rules as an audience, without a campaign. */
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
 * Writes a cell with several items of several parts: `News | subscribed; "Big; loud" | pending`. A quoted part may
 * contain anything, with quotes doubled, as in CSV.
 */
export function writeItems(items: readonly (readonly string[])[]): string {
  return items.map((parts) => parts.map(quoted).join(" | ")).join("; ");
}

const quoted = (part: string): string =>
  part === "" || /[;|"\r\n]|^\s|\s$/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;

/** Reads what `writeItems` wrote; undefined for a text in another format. */
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

/**
 * Writes tags in the format that `readTags` of an import reads: names with a comma, or a quote at either end, are
 * quoted.
 */
export function writeTags(names: readonly string[]): string {
  return names
    .map((name) => (/,|^["']|["']$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join("; ");
}
