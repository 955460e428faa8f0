import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { IdQuery, Params, Scope } from "./compile-query.store.ts";
import { IdSet } from "./id-set.rules.ts";
import type { Plan, PlanNode } from "./segment-compile.store.ts";

const selectLast = statement<[], { id: number | null }>("SELECT max(id) AS id FROM contact");
const selectCount = statement<[], { n: number }>(
  "SELECT n FROM audience_count WHERE name = 'contacts'",
);
const selectIds = statement<[from: number, to: number], number>(
  "SELECT id FROM contact WHERE id BETWEEN ? AND ?",
);

/** A range of contacts by id. */
export type Range = { first: number; last: number };

/** The range of all contact ids so far; empty (ending before it begins) when there are none. */
export function everybody(db: Connection): Range {
  return { first: 1, last: selectLast(db).get()?.id ?? 0 };
}

const FEW = 20_000;
/** Looking up one id costs about as much as reading this many from an index. */
const FEW_SHARE = 10;

/** A set, and whether all its ids exist for certain. */
type Found = { set: IdSet; isLive: boolean };

/**
 * Evaluates a plan. Each condition is one statement, and the function yields after each, so that a caller can stop it.
 * Negative conditions are subtracted from their neighbours; all contact ids are read only when nothing else narrows the
 * rule.
 *
 * @param database Called after each yield, since the connection may be closed in the meantime.
 * @param range All contacts, or a range of them.
 */
export function* evaluate(
  database: () => Connection,
  { node, params }: Plan,
  range: Range,
  isWhole: boolean,
): Generator<undefined, IdSet> {
  const reader = new Reader(database, params, range, isWhole);
  const found = yield* setOf(node, reader, undefined);
  return found.isLive ? found.set : found.set.and(reader.contacts());
}

class Reader {
  readonly #database: () => Connection;
  readonly #params: Params;
  readonly #range: Range;
  readonly #isWhole: boolean;
  #contacts: IdSet | undefined;

  constructor(database: () => Connection, params: Params, range: Range, isWhole: boolean) {
    this.#database = database;
    this.#params = params;
    this.#range = range;
    this.#isWhole = isWhole;
  }

  /** @param among When only a few contacts are left, only they are checked. */
  ids({ sql }: IdQuery, among: IdSet | undefined): IdSet {
    const { first, last } = this.#range;
    const few = among === undefined ? undefined : this.#few(among);
    const slice: Scope = this.#isWhole ? "everybody" : { from: "@from", to: "@to" };
    const text = sql(few === undefined ? slice : { among: "@among" });
    const params = { ...this.#params, ...this.#scopeParams(few) };
    return IdSet.of(
      this.#database().prepare<[Params], number>(text).pluck().all(params),
      first,
      last,
    );
  }

  #scopeParams(few: string | undefined): Params {
    const { first, last } = this.#range;
    if (few !== undefined) {
      return { among: few };
    }
    return this.#isWhole ? {} : { from: first, to: last };
  }

  /** The ids as JSON when looking up each of them is cheaper than reading everything that a condition matches. */
  #few(set: IdSet): string | undefined {
    const { first, last } = this.#range;
    const { size } = set;
    return size <= FEW && size * FEW_SHARE <= last - first + 1
      ? JSON.stringify(set.below(last + 1, size))
      : undefined;
  }

  /** The ids that exist as contacts. Nothing is read when the stored total shows that no id is missing. */
  contacts(): IdSet {
    const { first, last } = this.#range;
    if (this.#contacts === undefined) {
      const isDense = this.#isWhole && selectCount(this.#database()).get()?.n === last;
      this.#contacts = isDense
        ? IdSet.all(first, last)
        : IdSet.of(selectIds(this.#database()).pluck().all(first, last) as number[], first, last);
    }
    return this.#contacts;
  }
}

/** @param among The result is only needed for these. */
function* setOf(
  node: PlanNode,
  reader: Reader,
  among: IdSet | undefined,
): Generator<undefined, Found> {
  if (node.op === "ids") {
    const set = reader.ids(node.query, among);
    yield;
    return { set, isLive: node.query.isLive };
  }
  if (node.op === "not") {
    const { set } = yield* setOf(node.node, reader, among);
    return { set: reader.contacts().without(set), isLive: true };
  }
  return node.op === "and"
    ? yield* allOf(node.nodes, reader, among)
    : yield* anyOf(node.nodes, reader, among);
}

function* allOf(
  nodes: readonly PlanNode[],
  reader: Reader,
  among: IdSet | undefined,
): Generator<undefined, Found> {
  const [first, ...rest] = [...nodes].sort((a, b) => costOf(a) - costOf(b));
  if (first === undefined) {
    return { set: reader.contacts(), isLive: true };
  }
  let found = yield* setOf(first, reader, among);
  for (const node of rest) {
    if (found.set.size === 0) {
      break;
    }
    if (node.op === "not") {
      const { set }: Found = yield* setOf(node.node, reader, found.set);
      found = { set: found.set.without(set), isLive: found.isLive };
    } else {
      const { set, isLive }: Found = yield* setOf(node, reader, found.set);
      found = { set: found.set.and(set), isLive: found.isLive || isLive };
    }
  }
  return found;
}

/** The evaluation order: fields of contacts first, then activity, then groups, and negations last. */
function costOf(node: PlanNode): number {
  if (node.op === "ids") {
    return node.query.isLive ? 0 : 1;
  }
  return node.op === "not" ? 3 : 2;
}

function* anyOf(
  nodes: readonly PlanNode[],
  reader: Reader,
  among: IdSet | undefined,
): Generator<undefined, Found> {
  let found: Found | undefined;
  for (const node of nodes) {
    const next: Found = yield* setOf(node, reader, among);
    found =
      found === undefined
        ? next
        : { set: found.set.or(next.set), isLive: found.isLive && next.isLive };
  }
  return found ?? { set: reader.contacts().without(reader.contacts()), isLive: true };
}
