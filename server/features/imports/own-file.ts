import { plainCell } from "../../platform/csv.ts";
import { type ConsentClaim, readClaims } from "../consent/consent.service.ts";
import type { StoredField } from "../contacts/contact-fields.service.ts";
import { isContactsFile, readFieldHeader, readItems } from "../contacts/contact-file.service.ts";
import {
  SUPPRESSION_FILE_COLUMNS,
  type SuppressionReason,
} from "../suppressions/suppressions.service.ts";
import type { ColumnGuess, Target } from "./column-guess.rules.ts";

export { isContactsFile } from "../contacts/contact-file.service.ts";

// Reads a file of a SwiftMail contact export so that contacts are restored exactly: its columns, and the values that
// occur only in such a file.

/** Columns that only our export has. The target `own` selects one by key. */
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

/** A list membership in the file. */
export type FileMembership = {
  list: string;
  status: "subscribed" | "pending" | "unsubscribed";
  since: number | undefined;
  reason: string;
};

/** The values of columns that only our export has. */
export type Restored = {
  memberships: FileMembership[];
  /** The contact unsubscribed from everything, so lists chosen for the import do not apply. */
  hasLeft: boolean;
  trackingOff: boolean;
  pausedUntil: number | undefined;
  /** Unix ms; undefined means permanent. */
  suppressedUntil: number | undefined;
  note: string;
  claims: ConsentClaim[];
  createdAt: number | undefined;
};

/** The target of each column of such a file. Missing fields are suggested with their original type. */
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
 * Columns that say nothing about consent. In our own file only the status does: a field or tag with the text
 * "unsubscribed" is ordinary data.
 */
export function withoutSay(header: readonly string[], ignored: readonly number[]): number[] {
  if (!isContactsFile(header)) {
    return [...ignored];
  }
  return header.flatMap((name, column) => (name === "status" ? [] : [column]));
}

/** The columns of the details in a SwiftMail export of suppressions; undefined for any other file. */
export function detailColumnOf(header: readonly string[]): number | undefined {
  const isOurs =
    header.length === SUPPRESSION_FILE_COLUMNS.length &&
    SUPPRESSION_FILE_COLUMNS.every((name, column) => header[column] === name);
  return isOurs ? header.indexOf("detail") : undefined;
}

/** True when the mapping makes the import create missing lists. */
export const makesLists = (mapping: readonly { target: string; key?: string | undefined }[]) =>
  mapping.some(({ target, key }) => target === "own" && key === "lists");

/** Reads the columns that only our export has; undefined when none is mapped. */
export function ownFileReader(
  mapping: readonly { column: number; target: string; key?: string }[],
): ((cells: readonly string[]) => Restored | { fault: string }) | undefined {
  const columns = new Map(
    mapping.flatMap(({ column, target, key = "" }) => (target === "own" ? [[key, column]] : [])),
  );
  if (columns.size === 0) {
    return undefined;
  }
  // A suppression hides other reasons not to mail a contact. If the suppression expires and the file does not contain
  // those reasons, the contact would be mailed by mistake.
  const mayEnd = columns.has("lists") && columns.has("paused_until");
  return (cells) => {
    const cell = (name: OwnColumn) => plainCell(cells[columns.get(name) ?? -1] ?? "");
    const memberships = readMemberships(cell("lists"));
    const read = readClaims(cell("consent"));
    const pausedUntil = timeIn(cell("paused_until"));
    if (memberships === undefined) {
      return { fault: "lists: the cell does not have the format of a SwiftMail export" };
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
      // An unreadable end date makes the suppression permanent.
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
 * Adjusts the status where the file has more detail. A contact who unsubscribed from all lists or is paused does not
 * need a suppression if the file contains the lists and the pause, because those prevent mail as before.
 *
 * @param cell The status of the row as written.
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
  // An earlier import did not understand the status, and this file repeats it; the note contains the original text.
  return status.suppress !== undefined && (status.suppressDetail === "" || word === "unclear")
    ? { ...status, suppressDetail: own.note }
    : status;
}
