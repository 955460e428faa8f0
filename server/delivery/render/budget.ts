// Limits on the rendering of one message. Counted limits give the same answer at every attempt, on every machine and
// under any load; the time limit only catches work that the counting misses.

const MAX_STEPS = 200_000;
const MAX_CHARS = 4_000_000;
const MAX_MS = 5_000;
/** A link is also rendered while a reader waits for its redirect, and a body may contain thousands of them. */
const MAX_LINK_STEPS = 1_000;
const MAX_LINK_CHARS = 20_000;

const CHECK_CLOCK_EVERY = 1_024;
const CHARS_PER_STEP = 16;
const MAX_LIST_DEPTH = 50;
const MAX_TAG_DEPTH = 100;

/** The exceeded limit as a code, so that clients can word it in the user's language. */
export type BudgetCode = "too_much_work" | "too_much_text" | "too_deep" | "too_slow";

const sentences: Record<BudgetCode, string> = {
  too_much_work:
    "The template does too much work for one message. Shorten its loops or the lists they go through.",
  too_much_text:
    "The template produces too much text for one message. The limit is 4 million characters, including captured and assigned text. Check its loops, and any text that is appended to itself.",
  too_deep:
    "The template nests its tags too deeply. The limit is 100 levels. Remove some of the inner ones.",
  too_slow: "The template takes too long. Make it smaller or simpler.",
};

/** The English sentence for a code. */
export const budgetSentence = (code: BudgetCode): string => sentences[code];

/** Thrown when a template exceeds its budget; a retry would exceed it again. */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
  readonly code: BudgetCode;

  constructor(code: BudgetCode) {
    super(sentences[code]);
    this.code = code;
  }
}

export type BudgetLimits = { steps: number; chars: number };

/** Limits for one link, whether in a message or behind a click. */
export const linkLimits: BudgetLimits = { steps: MAX_LINK_STEPS, chars: MAX_LINK_CHARS };

/**
 * Counts Liquid's work: steps (a tag, an output, a value read, an item or 16 characters processed by a filter; each
 * takes at most about a microsecond) and characters of text produced or stored.
 */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #within: Budget | undefined;
  readonly #now: () => number;
  readonly #until: number;
  #steps = 0;
  #chars = 0;
  #depth = 0;
  #nextLook = CHECK_CLOCK_EVERY;

  /**
   * @param within A larger budget to which everything counted here is added as well.
   * @param now Milliseconds of a monotonic clock.
   */
  constructor(
    limits: BudgetLimits = { steps: MAX_STEPS, chars: MAX_CHARS },
    within?: Budget,
    now: () => number = () => performance.now(),
  ) {
    this.#limits = limits;
    this.#within = within;
    this.#now = now;
    this.#until = now() + MAX_MS;
  }

  /** @throws OverBudget */
  step(count = 1): void {
    this.#within?.step(count);
    this.#steps += count;
    if (this.#steps > this.#limits.steps) {
      throw new OverBudget("too_much_work");
    }
    if (this.#steps >= this.#nextLook) {
      this.#nextLook = this.#steps + CHECK_CLOCK_EVERY;
      if (this.#now() > this.#until) {
        throw new OverBudget("too_slow");
      }
    }
  }

  /** Counts text that is produced. Call it before producing the text when its length is known. @throws OverBudget */
  chars(count: number): void {
    this.#within?.chars(count);
    this.#chars += count;
    if (this.#chars > this.#limits.chars) {
      throw new OverBudget("too_much_text");
    }
  }

  /** Enters a tag; `up` leaves it. @throws OverBudget */
  down(): void {
    this.#depth += 1;
    if (this.#depth > MAX_TAG_DEPTH) {
      throw new OverBudget("too_deep");
    }
  }

  up(): void {
    this.#depth -= 1;
  }

  /** Counts one complete read of a value, including its contents. @throws OverBudget */
  read(value: unknown): void {
    this.step(weightOf(value, this.#limits.steps - this.#steps));
  }
}

/**
 * The number of steps needed to read a value completely. Stops as soon as `most` is exceeded: a list may contain the
 * same list many times, so weighing it in full could itself take too long.
 */
export function weightOf(value: unknown, most: number, depth = 0): number {
  if (typeof value === "string") {
    return 1 + Math.floor(value.length / CHARS_PER_STEP);
  }
  if (typeof value !== "object" || value === null) {
    return 1;
  }
  const parts: readonly unknown[] | undefined = Array.isArray(value) ? value : ownValues(value);
  if (depth > MAX_LIST_DEPTH) {
    return most + 1;
  }
  let weight = 1;
  for (const part of parts ?? []) {
    weight += weightOf(part, most - weight, depth + 1);
    if (weight > most) {
      return weight;
    }
  }
  return weight;
}

// Reads only plain objects, such as the groups of `group_by`, and not objects that Liquid keeps in a scope.
function ownValues(value: object): unknown[] | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype ? Object.values(value) : undefined;
}
