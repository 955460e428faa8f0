import { AnswerTally, type CountedValue } from "./answer-tally.rules.ts";
import { consentColumn, hintsAtConsent } from "./consent-columns.rules.ts";
import { type FewValues, FewValuesTally } from "./few-values.rules.ts";
import { refusalPhrase } from "./refusal-phrases.rules.ts";
import {
  cellOf,
  decisionKey,
  readers,
  type StatusRole,
  statusColumns,
} from "./row-status.rules.ts";
import { plainAnswer, type Reading, type Says } from "./status-values.rules.ts";
import { refusingSection } from "./whole-file.rules.ts";

/** What a column says about consent, over the whole file. */
export type CheckedColumn = {
  column: number;
  name: string;
  /**
   * What indicates consent: the column's name or some of its cells. `answers` means neither does, but its cells are
   * yes and no, so the importing person must say what they mean before the import starts. Such a column is listed
   * twice when other cells of it are about consent.
   */
  speaks: "name" | "cells" | "answers";
  /** Values that are not understood come first, then by number of rows. */
  values: CountedValue[];
  /** Rows with values beyond the first hundred, by meaning. */
  others: { says: Says; rows: number }[];
};

/** A status has few values. A column with more is probably not a status, and its other values get a single answer. */
const MAX_VALUES = 100;
const MAX_CHARS = 80;

type Counted = {
  column: number;
  name: string;
  role: Exclude<StatusRole, "none">;
  read: (cell: string) => Reading;
  values: Map<string, CountedValue>;
  others: Map<Says, number>;
  answers: AnswerTally | undefined;
  few: FewValuesTally | undefined;
  /** Rows with a value that says nothing by itself. */
  silent: number;
};

/** A column that does not count, with its values. */
export type OtherColumn = { column: number; name: string; values: FewValues };

/** More sections than a person would write. */
const MAX_SECTIONS = 20;

/**
 * Counts what the rows of a file say about consent. Stores at most a hundred values per column, whatever the size of
 * the file.
 */
export class StatusTally {
  private readonly columns: Counted[];
  rows = 0;
  /** Rows with at least one status that is understood and none that is not. */
  decided = 0;
  /** Headings among the rows that say no, such as `Unsubscribed:` alone on its line. */
  readonly sections: string[] = [];

  /** @param ignored Columns that are not about consent, whatever their name. */
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
      silent: 0,
      answers: one.role === "words" ? new AnswerTally(one.name) : undefined,
      few: one.role === "words" ? new FewValuesTally() : undefined,
    }));
  }

  add(cells: readonly string[]): void {
    this.rows += 1;
    const section = refusingSection(cells);
    if (section !== undefined && this.sections.length < MAX_SECTIONS) {
      this.sections.push(section);
    }
    let isDecided = false;
    let isOpen = false;
    for (const column of this.columns) {
      const cell = cellOf(cells, column);
      const reading = column.read(cell);
      column.few?.add(cell);
      if (column.role === "status" || reading.says !== "nothing") {
        count(column, cell, reading);
      }
      if (reading.says === "nothing") {
        column.answers?.add(cell);
        column.silent += reading.as === "empty" ? 0 : 1;
      }
      isOpen ||= reading.says === "unclear";
      isDecided ||= column.role === "status" && reading.as !== "empty";
    }
    this.decided += isDecided && !isOpen ? 1 : 0;
  }

  /** The columns that say something about consent. */
  result(): CheckedColumn[] {
    const said: CheckedColumn[] = this.columns
      .filter(({ values, others }) => values.size + others.size > 0)
      .map((one) => mixedQuestion(one) ?? saidBy(one));
    return [...said, ...this.columns.flatMap(questionOf)].sort(bySpeaking);
  }

  /** The columns with few values that, as far as is known, say nothing about consent. A person can check that. */
  others(): OtherColumn[] {
    const said = new Set(this.result().map(({ column }) => column));
    return this.columns.flatMap(({ column, name, few }) => {
      const values = said.has(column) ? undefined : few?.result();
      return values === undefined ? [] : [{ column, name, values }];
    });
  }
}

const saidBy = ({ column, name, values, others }: Counted): CheckedColumn => ({
  column,
  name,
  speaks: consentColumn(name).kind === "other" ? "cells" : "name",
  values: [...values.values()].sort(byDoubtThenRows),
  others: [...others].map(([says, rows]) => ({ says, rows })),
});

/**
 * In a column such as `mail_group` with yes, no and a third value such as perhaps, a row with the third value says
 * nothing by itself, and its person would be mailed. The importing person must say what yes means before the import
 * starts, which also decides about these rows.
 */
function mixedQuestion(counted: Counted): CheckedColumn | undefined {
  const { role, name, silent } = counted;
  const { values, others, ...said } = saidBy(counted);
  const answered = values.map((one) => {
    const answer = one.as === "value" ? plainAnswer(one.value) : undefined;
    return answer === undefined ? one : { ...one, answer };
  });
  const isMixed = role === "words" && silent > 0 && answered.some(({ answer }) => answer);
  return isMixed && hintsAtConsent(name)
    ? {
        ...said,
        speaks: "answers",
        values: answered,
        others: [...others, { says: "unclear", rows: silent }],
      }
    : undefined;
}

/** Questions come last; all other columns keep the order of the file. */
const bySpeaking = (a: CheckedColumn, b: CheckedColumn) =>
  Number(a.speaks === "answers") - Number(b.speaks === "answers");

function questionOf({ column, name, answers }: Counted): CheckedColumn[] {
  const question = answers?.question();
  return question === undefined
    ? []
    : [
        {
          column,
          name,
          speaks: "answers",
          ...question,
          values: question.values.sort(byDoubtThenRows),
        },
      ];
}

function count(column: Counted, cell: string, reading: Reading): void {
  const key = decisionKey(reading, cell);
  const known = column.values.get(key);
  if (known !== undefined) {
    known.rows += 1;
    return;
  }
  const value = reading.as === "phrase" ? (refusalPhrase(cell) ?? "") : cell.trim();
  // Addresses and long texts are not a status, and these counts are stored for a while. They are therefore left out.
  const isShown = value.length <= MAX_CHARS && !value.includes("@");
  if (column.values.size < MAX_VALUES && (isShown || reading.as !== "value")) {
    const { as, says } = reading;
    column.values.set(key, {
      value: as === "text" || as === "empty" || !isShown ? "" : value,
      as,
      says,
      rows: 1,
    });
    return;
  }
  column.others.set(reading.says, (column.others.get(reading.says) ?? 0) + 1);
}

const byDoubtThenRows = (a: CountedValue, b: CountedValue) =>
  Number(b.says === "unclear") - Number(a.says === "unclear") || b.rows - a.rows;
