import { LRUCache } from "lru-cache";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because } from "../../platform/errors.ts";
import type { IdSet } from "./id-set.rules.ts";
import type { Plan } from "./segment-compile.store.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { evaluate, everybody, type Range } from "./segment-evaluate.store.ts";
import { type Asked, planOf } from "./segment-plan.ts";

// Everything in this file runs on the reads thread, never on the HTTP thread.

/** A query about a workspace's contacts, as it is sent to the reads thread. */
export type ReadRequest = { workspaceId: string; asked: Asked; moment: Moment };

export type Counted = { count: number; sample: number[]; tookMs: number };
export type MemberPage = { ids: number[]; hasMore: boolean };

/** Queries on segments, answered by a thread of their own. */
export type SegmentReads = {
  /** Counts the contacts and returns some of them. Aborting stops the work at the next condition. */
  count(request: ReadRequest, signal?: AbortSignal): Promise<Counted>;
  /** The contacts with the highest ids below `before`. */
  page(request: ReadRequest & { before: number; limit: number }): Promise<MemberPage>;
};

/**
 * What this slice needs beyond the common dependencies. Kept apart because only this slice and its callers know the
 * rule language.
 */
export type SegmentDeps = { outside: { reads: SegmentReads } };

const SAMPLE = 8;
const MAX_MS = 20_000;
/** How long a computed set is reused for paging. */
const KEEP_MS = 30_000;
// The newest contacts are checked first, in growing ranges: unless a segment is small, they fill a page.
const RUNS = [2_000, 8_000, 32_000];

type Kept = { set: IdSet; at: number };

/** Answers segment queries on the connections of one thread. */
export class SegmentReader {
  readonly #open: (workspaceId: string) => Connection;
  readonly #clock: () => number;
  readonly #kept = new LRUCache<string, Kept>({ max: 32 });

  constructor(open: (workspaceId: string) => Connection, clock: () => number) {
    this.#open = open;
    this.#clock = clock;
  }

  async count(request: ReadRequest, signal: AbortSignal): Promise<Counted> {
    const startedAt = performance.now();
    const set = await this.#whole(request, signal);
    return {
      count: set.size,
      sample: set.sample(SAMPLE),
      tookMs: Math.round(performance.now() - startedAt),
    };
  }

  async page(
    request: ReadRequest & { before: number; limit: number },
    signal: AbortSignal,
  ): Promise<MemberPage> {
    const { before, limit } = request;
    const kept = this.#kept.get(keyOf(request));
    if (kept !== undefined && this.#clock() - kept.at < KEEP_MS) {
      return cut(kept.set.below(before, limit + 1), limit);
    }
    const found = await this.#newest(request, signal);
    if (found !== undefined) {
      return cut(found, limit);
    }
    const set = await this.#whole(request, signal);
    return cut(set.below(before, limit + 1), limit);
  }

  /** A full page from the newest contacts; undefined when they do not fill one. */
  async #newest(
    request: ReadRequest & { before: number; limit: number },
    signal: AbortSignal,
  ): Promise<number[] | undefined> {
    const database = () => this.#open(request.workspaceId);
    const plan = planOf(database(), request.asked, request.moment);
    const wanted = request.limit + 1;
    const found: number[] = [];
    let last = Math.min(request.before - 1, everybody(database()).last);
    for (const run of RUNS) {
      const range = { first: Math.max(1, last - run + 1), last };
      const set = await this.#run(request, plan, range, false, signal);
      found.push(...set.below(range.last + 1, wanted - found.length));
      last = range.first - 1;
      if (found.length >= wanted || last < 1) {
        return found;
      }
    }
    return undefined;
  }

  async #whole(request: ReadRequest, signal: AbortSignal): Promise<IdSet> {
    const db = this.#open(request.workspaceId);
    const plan = planOf(db, request.asked, request.moment);
    const set = await this.#run(request, plan, everybody(db), true, signal);
    this.#kept.set(keyOf(request), { set, at: this.#clock() });
    return set;
  }

  async #run(
    request: ReadRequest,
    plan: Plan,
    range: Range,
    isWhole: boolean,
    signal: AbortSignal,
  ): Promise<IdSet> {
    const endAt = performance.now() + MAX_MS;
    const steps = evaluate(() => this.#open(request.workspaceId), plan, range, isWhole);
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        return step.value;
      }
      await nextTurn();
      signal.throwIfAborted();
      if (performance.now() > endAt) {
        throw new AppError("unavailable", because("counting_too_long"), { retryAfterSeconds: 60 });
      }
    }
  }
}

const keyOf = ({ workspaceId, asked, moment }: ReadRequest): string =>
  JSON.stringify([workspaceId, asked, moment.timeZone]);

function cut(found: number[], limit: number): MemberPage {
  return { ids: found.slice(0, limit), hasMore: found.length > limit };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
