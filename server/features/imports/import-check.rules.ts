import { consentColumn } from "./consent-columns.rules.ts";
import { decisionKey, type StatusRole, statusColumns } from "./row-status.rules.ts";
import {
  jsonReader,
  plainAnswer,
  type Reading,
  type Says,
  statusReader,
  wordsReader,
} from "./status-values.rules.ts";

/** A value of a column, in its first spelling, with its rows and what they mean. */
export type CountedValue = { value: string; as: Reading["as"]; says: Says; rows: number } & {
  /** In a column that may answer a question nobody knows. */
  answer?: "yes" | "no";
};

/** What a column says about its people, over the whole file. */
export type CheckedColumn = {
  column: number;
  name: string;
  /**
   * Whether the name speaks of consent, or only some of its cells. `answers`: neither does, but every cell is a yes
   * or a no, so that it may; until somebody decides, it has no say.
   */
  speaks: "name" | "cells" | "answers";
  /** What is not understood first, then by rows. */
  values: CountedValue[];
  /** Rows with values beyond the first hundred, by what they mean. */
  others: { says: Says; rows: number }[];
};

/** A status has few values; a column with more is hardly one, and gets one answer for all the others. */
const MAX_VALUES = 100;
const MAX_CHARS = 80;
/** More spellings of yes and no than one column has. */
const MAX_ANSWERS = 4;

type Counted = {
  column: number;
  name: string;
  role: Exclude<StatusRole, "none">;
  read: (cell: string) => Reading;
  values: Map<string, CountedValue>;
  others: Map<Says, number>;
  /** As long as every cell is a yes, a no or empty. */
  answers: Map<string, CountedValue> | undefined;
};

const readers = {
  status: statusReader,
  words: wordsReader,
  json: () => jsonReader(false),
} satisfies Record<Counted["role"], (name: string) => (cell: string) => Reading>;

/** Counts what the rows of a file say about consent; memory is a hundred values a column, whatever the file holds. */
export class StatusTally {
  private readonly columns: Counted[];
  rows = 0;
  /** Rows of which a status column says something that is understood, and none something that is not. */
  decided = 0;

  /** @param ignored Columns that say nothing of consent, whatever they are called. */
  constructor(
    mapping: readonly { column: number; target: string }[],
    header: readonly string[],
    ignored: readonly number[] = [],
  ) {
    this.columns = statusColumns(mapping, header, ignored).map((one) => ({
      ...one,
      read: readers[one.role](one.name),
      values: new Map(),
      others: new Map(),
      answers: one.role === "words" ? new Map() : undefined,
    }));
  }

  add(cells: readonly string[]): void {
    this.rows += 1;
    let isDecided = false;
    let isOpen = false;
    for (const column of this.columns) {
      const cell = cells[column.column] ?? "";
      const reading = column.read(cell);
      if (column.role === "status" || reading.says !== "nothing") {
        count(column, cell, reading);
      }
      countAnswer(column, cell, reading);
      isOpen ||= reading.says === "unclear";
      isDecided ||= column.role === "status" && reading.as !== "empty";
    }
    this.decided += isDecided && !isOpen ? 1 : 0;
  }

  /** The columns that say anything. */
  result(): CheckedColumn[] {
    const said: CheckedColumn[] = this.columns
      .filter(({ values, others }) => values.size + others.size > 0)
      .map(({ column, name, values, others }) => ({
        column,
        name,
        speaks: consentColumn(name).kind === "other" ? "cells" : "name",
        values: [...values.values()].sort(byDoubtThenRows),
        others: [...others].map(([says, rows]) => ({ says, rows })),
      }));
    return [...said, ...this.columns.flatMap(questionOf)].sort(bySpeaking);
  }
}

/** The questions stand last, and every other column where it stands in the file. */
const bySpeaking = (a: CheckedColumn, b: CheckedColumn) =>
  Number(a.speaks === "answers") - Number(b.speaks === "answers");

function questionOf({ column, name, values, others, answers }: Counted): CheckedColumn[] {
  const found = [...(answers?.values() ?? [])];
  if (values.size + others.size > 0 || !found.some(({ as }) => as === "value")) {
    return [];
  }
  return [{ column, name, speaks: "answers", values: found.sort(byDoubtThenRows), others: [] }];
}

function countAnswer(column: Counted, cell: string, reading: Reading): void {
  if (column.answers === undefined) {
    return;
  }
  const answer = plainAnswer(cell);
  const key = decisionKey(reading, cell);
  const known = column.answers.get(key);
  if (known !== undefined) {
    known.rows += 1;
  } else if (
    (answer === undefined && reading.as !== "empty") ||
    column.answers.size > MAX_ANSWERS
  ) {
    column.answers = undefined;
  } else {
    const { as } = reading;
    const value = { value: cell.trim(), as, says: "nothing" as const, rows: 1 };
    column.answers.set(key, answer === undefined ? value : { ...value, answer });
  }
}

function count(column: Counted, cell: string, reading: Reading): void {
  const key = decisionKey(reading, cell);
  const known = column.values.get(key);
  if (known !== undefined) {
    known.rows += 1;
    return;
  }
  const value = cell.trim();
  // Addresses and long texts are nobody's status, and what is counted is kept for a while.
  const isShown = value.length <= MAX_CHARS && !value.includes("@");
  if (column.values.size < MAX_VALUES && (isShown || reading.as !== "value")) {
    const { as, says } = reading;
    column.values.set(key, { value: as === "text" || !isShown ? "" : value, as, says, rows: 1 });
    return;
  }
  column.others.set(reading.says, (column.others.get(reading.says) ?? 0) + 1);
}

const byDoubtThenRows = (a: CountedValue, b: CountedValue) =>
  Number(b.says === "unclear") - Number(a.says === "unclear") || b.rows - a.rows;
