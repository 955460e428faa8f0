import { speaksOfConsent } from "./consent-columns.rules.ts";
import {
  jsonReader,
  plainAnswer,
  type Reading,
  readExtra,
  type Says,
  statusKey,
  statusReader,
  strictest,
  textReader,
  wordsReader,
} from "./status-values.rules.ts";
import { type Meaning, meanings, reasonOf } from "./status-words.rules.ts";

/** A person's decision on what a value of a column means. */
export type StatusDecision = {
  column: number;
  /** The value; null for all values of the column that are not understood and have no decision of their own. */
  value: string | null;
  /** `nothing`: the value is not about mail. */
  meaning: Meaning | "nothing";
};

export type StatusSettings = {
  mapping: readonly { column: number; target: string }[];
  header: readonly string[];
  decisions: readonly StatusDecision[];
  /** Columns that the person declared not to be about consent. */
  ignoredColumns: readonly number[];
  /** For a file of people who must not be mailed: the reason for rows without one of their own. */
  whole: Meaning | undefined;
};

/** What all columns of a row say together. `unclear` is the text that was not understood. */
export type RowStatus = { says: Says; unclear: string };

/**
 * How a column is read: as a status; for words that are refusals anywhere; as JSON whose keys may contain a refusal; or
 * not at all, because its content is known to be something else. `text`: names and places, where only words that refuse
 * mail count, because yes and no mean something else there (NO is Norway). `extra`: all cells of a row beyond the last
 * column; they show that the row is shifted or damaged.
 */
export type StatusRole = "status" | "words" | "text" | "json" | "extra" | "none";

const MAY_SAY_NO: ReadonlySet<string> = new Set(["skip", "field", "newField", "tags"]);
const TEXTS: ReadonlySet<string> = new Set([
  "firstName",
  "lastName",
  "fullName",
  "language",
  "timeZone",
  "country",
  "city",
]);

/** How a column contributes to a row's status. A column about consent counts, whatever its target. */
export function statusRole(
  target: string | undefined,
  name: string,
  isIgnored: boolean,
): StatusRole {
  if (isIgnored) {
    return "none";
  }
  if (target === "status") {
    return "status";
  }
  if (target === "attributes") {
    return "json";
  }
  if (target !== undefined && !MAY_SAY_NO.has(target)) {
    return TEXTS.has(target) ? "text" : "none";
  }
  return speaksOfConsent(name) ? "status" : "words";
}

/** The contributing columns, in order. */
export function statusColumns(
  mapping: StatusSettings["mapping"],
  header: readonly string[],
  ignoredColumns: readonly number[],
): { column: number; name: string; role: Exclude<StatusRole, "none"> }[] {
  const targets = new Map(mapping.map(({ column, target }) => [column, target]));
  const width = Math.max(header.length, ...mapping.map(({ column }) => column + 1));
  return Array.from({ length: width }, (_, column) => {
    const name = header[column] ?? "";
    const role = statusRole(targets.get(column), name, ignoredColumns.includes(column));
    return role === "none" ? [] : [{ column, name, role }];
  })
    .flat()
    .concat(ignoredColumns.includes(width) ? [] : { column: width, name: "", role: "extra" });
}

/** The reader of a column's cells, by its role. */
export const readers = {
  status: statusReader,
  words: wordsReader,
  text: textReader,
  json: () => jsonReader(false),
  extra: () => readExtra,
} satisfies Record<Exclude<StatusRole, "none">, (name: string) => (cell: string) => Reading>;

/** What a row contains for a column: one cell, or all cells beyond the last column. */
export function cellOf(
  cells: readonly string[],
  { column, role }: { column: number; role: StatusRole },
): string {
  return role !== "extra" || cells.length <= column
    ? (cells[column] ?? "")
    : cells
        .slice(column)
        .filter((cell) => cell.trim() !== "")
        .join(", ");
}

/** The key under which rows with the same answer are counted and decided. */
export function decisionKey(reading: Reading, cell: string): string {
  return reading.as === "value" ? `=${statusKey(cell)}` : reading.as;
}

/**
 * Creates the function that decides whether a row's person may be mailed: the strictest of all columns counts. An
 * empty cell of a status column is unclear, unless another column says no.
 */
export function rowStatusReader(settings: StatusSettings): (cells: readonly string[]) => RowStatus {
  const { mapping, header, ignoredColumns, decisions, whole } = settings;
  const columns = statusColumns(mapping, header, ignoredColumns).map(({ column, name, role }) => ({
    ...{ column, role },
    says:
      role === "words"
        ? decidedWords(column, wordsReader(name), decisions)
        : decided(column, readers[role](name), decisions),
  }));
  return (cells) => {
    const { says, unclear } = ofColumns(columns, cells);
    return { says: whole === undefined || isRefusal(says) ? says : whole, unclear };
  };
}

type ColumnReader = { column: number; role: StatusRole; says: (cell: string) => Says | "blank" };

function ofColumns(columns: readonly ColumnReader[], cells: readonly string[]): RowStatus {
  let says: Says = "nothing";
  let unclear = "";
  let isBlank = false;
  for (const { column, role, says: read } of columns) {
    const cell = cellOf(cells, { column, role });
    const one = read(cell);
    if (one === "blank") {
      isBlank = true;
    } else if (one !== "nothing") {
      says = strictest([says, one]);
      unclear = one === "unclear" && unclear === "" ? cell.trim() : unclear;
    }
  }
  // The check before the start shows every empty cell as unclear, so a yes in another column must not overrule it.
  const isOpen = isBlank && (says === "nothing" || says === "subscribed");
  return { says: isOpen ? "unclear" : says, unclear };
}

const isRefusal = (says: Says) =>
  says !== "nothing" && says !== "unclear" && reasonOf(says) !== undefined;

/**
 * Columns whose name is not about consent. Their answers count once somebody has decided what they mean, and an import
 * cannot start before that. If the answers turn out to be about email, a cell that is neither yes nor no is unclear.
 */
function decidedWords(
  column: number,
  read: (cell: string) => Reading,
  decisions: readonly StatusDecision[],
) {
  const own = decisions.filter((one) => one.column === column);
  if (own.length === 0) {
    return (cell: string) => read(cell).says;
  }
  const isAboutMail = own.some(
    ({ value, meaning }) =>
      value !== null && meaning !== "nothing" && plainAnswer(value) !== undefined,
  );
  const readAnswer = (cell: string): Reading => {
    const reading = read(cell);
    const isOther = reading.says === "nothing" && reading.as !== "empty";
    return isOther && plainAnswer(cell) === undefined ? { ...reading, says: "unclear" } : reading;
  };
  return decided(column, isAboutMail ? readAnswer : read, decisions);
}

function decided(
  column: number,
  read: (cell: string) => Reading,
  decisions: readonly StatusDecision[],
) {
  const own = decisions.filter((one) => one.column === column);
  const others = own.find((one) => one.value === null)?.meaning;
  const byKey = new Map(
    own.flatMap(({ value, meaning }) =>
      value === null ? [] : [[decisionKey(read(value), value), meaning] as const],
    ),
  );
  return (cell: string): Says | "blank" => {
    const reading = read(cell);
    const { says } = reading;
    const meaning = byKey.size === 0 ? undefined : byKey.get(decisionKey(reading, cell));
    if (says === "unclear") {
      return meaning ?? others ?? (reading.as === "empty" ? "blank" : "unclear");
    }
    return meaning === undefined ? says : strictest([says, meaning]);
  };
}

/** True for a decision that would allow mail to people whom the file clearly refuses. */
export function loosens(name: string, value: string, meaning: StatusDecision["meaning"]): boolean {
  const { says } = statusReader(name)(value);
  if (says === "unclear" || says === "nothing") {
    return false;
  }
  return meaning === "nothing" || meanings.indexOf(meaning) < meanings.indexOf(says);
}
