import { hintsAtConsent, isCountOrKey, isNegated, isSwitch } from "./consent-columns.rules.ts";
import { plainAnswer, type Reading, type Says, statusKey } from "./status-values.rules.ts";

/** A value of a column in its first spelling, with its number of rows and its meaning. */
export type CountedValue = { value: string; as: Reading["as"]; says: Says; rows: number } & {
  /** Set for a yes or no in a column whose meaning is unknown. */
  answer?: "yes" | "no";
};

/** The yes and no values of a column whose meaning is unknown, and the number of rows with other values. */
export type Question = { values: CountedValue[]; others: { says: Says; rows: number }[] };

/** More spellings of yes and no than occur in seven languages. */
const MAX_SPELLINGS = 60;

/** One other number among so many answers is an exception; more of them mean that the column contains numbers. */
const RARE = 20;

type Answer = CountedValue & { answer: "yes" | "no" };

/**
 * Counts yes and no values in a column that neither by name nor by content indicates consent, and decides whether the
 * importing person must be asked about them. A single cell with another value does not decide what the column is about.
 */
export class AnswerTally {
  private readonly answers = new Map<string, Answer>();
  private empty = 0;
  private numbers = 0;
  private others = 0;

  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  add(cell: string): void {
    const text = cell.trim();
    if (text === "") {
      this.empty += 1;
      return;
    }
    const answer = plainAnswer(cell);
    if (answer === undefined) {
      this.others += 1;
      this.numbers += /^[-+]?[\d.,]+$/.test(text) ? 1 : 0;
      return;
    }
    const isFull = this.answers.size >= MAX_SPELLINGS;
    const key = statusKey(cell);
    const known =
      this.answers.get(key) ??
      (isFull ? [...this.answers.values()].find((one) => one.answer === answer) : undefined);
    if (known === undefined) {
      this.answers.set(key, { value: text, as: "value", says: "nothing", rows: 1, answer });
    } else {
      known.rows += 1;
    }
  }

  /** The question to ask, with the number of rows with other values; undefined when there is none. */
  question(): Question | undefined {
    const all = [...this.answers.values()];
    const isNamed = isSwitch(this.name) || hintsAtConsent(this.name);
    const answers = this.others === 0 || isNamed ? all : all.filter((one) => this.isWord(one));
    const asked = rowsOf(answers);
    const others = this.others + rowsOf(all) - asked;
    const isAsked =
      asked > 0 && !isCountOrKey(this.name) && (asked >= others || isNegated(this.name) || isNamed);
    if (!isAsked) {
      return undefined;
    }
    const empty = { value: "", as: "empty" as const, says: "nothing" as const, rows: this.empty };
    return {
      values: this.empty === 0 ? answers : [...answers, empty],
      others: others === 0 ? [] : [{ says: "unclear", rows: others }],
    };
  }

  /** Beside other values, 0 and 1 may be numbers, and a letter may be a code, such as the f of "m" and "f". */
  private isWord({ value, answer }: Answer): boolean {
    if (/^\d+$/.test(value)) {
      return this.numbers * RARE <= rowsOf([...this.answers.values()]);
    }
    const isLetter = /^\p{L}$/u.test(value);
    return !isLetter || [...this.answers.values()].some((one) => one.answer !== answer);
  }
}

const rowsOf = (values: readonly CountedValue[]) => values.reduce((sum, { rows }) => sum + rows, 0);
