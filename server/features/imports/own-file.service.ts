import { plainCell } from "../../platform/csv.ts";
import { type ConsentClaim, readClaims } from "../consent/consent.service.ts";
import type { StoredField } from "../contacts/contact-fields.service.ts";
import { isContactsFile, readFieldHeader, readItems } from "../contacts/contact-file.service.ts";
import type { SuppressionReason } from "../suppressions/suppressions.service.ts";
import type { ColumnGuess, Target } from "./column-guess.rules.ts";

export { isContactsFile } from "../contacts/contact-file.service.ts";

// A file of our own contact export, which is given back as it was: what its columns are, and what is in those that
// no other product's file has.

/** Columns that only our export has; the target `own` names one by its key. */
export const OWN_COLUMNS = [
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "tracking",
  "lists",
  "consent",
  "created_at",
] as const;
type OwnColumn = (typeof OWN_COLUMNS)[number];

const TARGETS: Record<string, Target> = {
  email: "email",
  first_name: "firstName",
  last_name: "lastName",
  language: "language",
  time_zone: "timeZone",
  country: "country",
  city: "city",
  status: "status",
  tags: "tags",
};

/** A membership as the file has it. */
export type FileMembership = {
  list: string;
  status: "subscribed" | "pending" | "unsubscribed";
  since: number | undefined;
  reason: string;
};

/** What the columns say that only our export has. */
export type Restored = {
  memberships: FileMembership[];
  /** Everything that the contact was on they have left: no list that is chosen for the import takes them. */
  hasLeft: boolean;
  trackingOff: boolean;
  pausedUntil: number | undefined;
  /** Unix ms; undefined = for ever. */
  suppressedUntil: number | undefined;
  note: string;
  claims: ConsentClaim[];
  createdAt: number | undefined;
};

/** What each column of such a file is. Fields that the workspace lacks are suggested with the type they had. */
export function guessOwnFile(
  header: readonly string[],
  data: readonly (readonly string[])[],
  fields: readonly StoredField[],
): ColumnGuess[] {
  return header.map((name, column) => {
    const cells = data.map((row) => (row[column] ?? "").trim()).filter((cell) => cell !== "");
    const samples = cells.slice(0, 3).map((cell) => cell.slice(0, 100));
    const base = { column, name, samples };
    const field = readFieldHeader(name);
    if (field !== undefined) {
      const { key, type } = field;
      return fields.some((one) => one.key === key)
        ? { ...base, target: "field" as const, key }
        : { ...base, target: "newField" as const, key, suggestion: { label: key, type } };
    }
    const own = OWN_COLUMNS.find((one) => one === name);
    return own === undefined
      ? { ...base, target: TARGETS[name] ?? ("skip" as const) }
      : { ...base, target: "own" as const, key: own };
  });
}

/**
 * The columns that say nothing of whether somebody may be mailed. Of our own file only the status does: a field or a
 * tag with the text "unsubscribed" is that person's field or tag.
 */
export function withoutSay(header: readonly string[], ignored: readonly number[]): number[] {
  if (!isContactsFile(header)) {
    return [...ignored];
  }
  return header.flatMap((name, column) => (name === "status" ? [] : [column]));
}

/** True for a mapping by which the import makes lists that are not there. */
export const makesLists = (mapping: readonly { target: string; key?: string | undefined }[]) =>
  mapping.some(({ target, key }) => target === "own" && key === "lists");

/** Reads the columns that only our export has; undefined where none is mapped. */
export function ownFileReader(
  mapping: readonly { column: number; target: string; key?: string }[],
): ((cells: readonly string[]) => Restored | { fault: string }) | undefined {
  const columns = new Map(
    mapping.flatMap(({ column, target, key = "" }) => (target === "own" ? [[key, column]] : [])),
  );
  if (columns.size === 0) {
    return undefined;
  }
  // What else keeps somebody from mail is hidden behind a suppression: one that ends, without the rest in the file,
  // would end in mail that nobody was to get.
  const mayEnd = columns.has("lists") && columns.has("paused_until");
  return (cells) => {
    const cell = (name: OwnColumn) => plainCell(cells[columns.get(name) ?? -1] ?? "");
    const memberships = readMemberships(cell("lists"));
    const read = readClaims(cell("consent"));
    const pausedUntil = timeIn(cell("paused_until"));
    if (memberships === undefined) {
      return { fault: "lists: the cell is not written as our export writes it" };
    }
    if ("fault" in read) {
      return { fault: `consent: the cell ${read.fault}` };
    }
    if (pausedUntil === "unreadable") {
      return { fault: "paused_until: the cell is not a time" };
    }
    const until = timeIn(cell("suppressed_until"));
    const createdAt = timeIn(cell("created_at"));
    return {
      memberships,
      hasLeft:
        memberships.some(({ status }) => status === "unsubscribed") &&
        !memberships.some(({ status }) => status === "subscribed"),
      trackingOff: cell("tracking").trim().toLowerCase() === "off",
      pausedUntil,
      // What cannot be read as an end has none.
      suppressedUntil: until === "unreadable" || !mayEnd ? undefined : until,
      note: cell("suppression_note"),
      claims: read.claims,
      createdAt: createdAt === "unreadable" ? undefined : createdAt,
    };
  };
}

const MAX_LIST_CHARS = 100;
const MAX_REASON_CHARS = 500;

function readMemberships(cell: string): FileMembership[] | undefined {
  const found = readItems(cell)?.map(readMembership);
  return found?.every((one) => one !== undefined) ? found : undefined;
}

function readMembership(parts: readonly string[]): FileMembership | undefined {
  const [list = "", status = "", since = "", reason = ""] = parts;
  const at = timeIn(since);
  const isKnown = status === "subscribed" || status === "pending" || status === "unsubscribed";
  const isName = list.trim() !== "" && list.length <= MAX_LIST_CHARS && !list.includes("\0");
  return isKnown && isName && at !== "unreadable" && parts.length <= 4
    ? { list, status, since: at, reason: reason.slice(0, MAX_REASON_CHARS) }
    : undefined;
}

/** Unix ms; undefined for an empty cell. */
function timeIn(cell: string): number | undefined | "unreadable" {
  if (cell.trim() === "") {
    return undefined;
  }
  const at = /^\d{4}-\d{2}-\d{2}T/.test(cell.trim()) ? Date.parse(cell.trim()) : Number.NaN;
  return Number.isNaN(at) ? "unreadable" : at;
}

type Status = { suppress: SuppressionReason | undefined; suppressDetail: string; pending: boolean };

/**
 * What keeps somebody from mail, where the file has more of it than a status. Who has left all lists, or takes a
 * break, is not to be mailed for that word alone; with the lists and the break in the file, those keep them from it as
 * they did before, and no suppression is added.
 *
 * @param cell The status of the row as it is written.
 */
export function settleStatus(
  cell: string | undefined,
  status: Status,
  own: Restored | undefined,
): Status {
  if (own === undefined) {
    return status;
  }
  const word = (cell ?? "").trim();
  const isCovered =
    (word === "left_all_lists" && own.hasLeft) ||
    (word === "paused" && own.pausedUntil !== undefined);
  if (status.suppress === "unsubscribed" && isCovered) {
    return { ...status, suppress: undefined };
  }
  // An earlier import did not understand the status, and this file only says so; the note is what it was.
  return status.suppress !== undefined && (status.suppressDetail === "" || word === "unclear")
    ? { ...status, suppressDetail: own.note }
    : status;
}
