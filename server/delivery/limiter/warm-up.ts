import { DAY_MS } from "../../platform/time.rules.ts";
import type { WarmUp } from "../types.ts";

const GROWTH = 1.5;
/** A day raises the quota only if at least this share of its quota was sent. */
const USED_SHARE = 0.5;
/** The quota stops growing when more than MAX_DEFERRED_SHARE of the last SAMPLE results were deferred. */
const SAMPLE = 200;
const MAX_DEFERRED_SHARE = 0.1;
/** After this many days without mail, providers no longer know the address: its quota falls to a quarter. */
const IDLE_DAYS = 30;
const IDLE_STEPS = Math.log(4) / Math.log(GROWTH);

/** How far the warm-up of a source address with a provider has come. JSON-safe. */
export type WarmUpProgress = {
  /** Days that raised the quota: it is `firstDay` × 1.5^level. */
  level: number;
  /** The day of the plan, from 0, that `sentToday` refers to. */
  day: number;
  sentToday: number;
  /** The day of the plan on which the last message was sent. */
  lastSent: number;
  results: number;
  deferred: number;
  /** Too many of the last results were deferred, so the quota does not grow. */
  isHeld: boolean;
};

/** Warm-up of source addresses, separately for each provider. The caller passes the time into every call. */
export class WarmUps {
  #progress: Map<string, WarmUpProgress>;

  constructor(restored: ReadonlyMap<string, WarmUpProgress> = new Map()) {
    this.#progress = new Map(restored);
  }

  /** The progress of all addresses, for the next start. */
  get all(): ReadonlyMap<string, WarmUpProgress> {
    return this.#progress;
  }

  /** The quota for today. A day that was hardly used, or on which growth was held, does not raise it. */
  quota(name: string, plan: WarmUp, now: number): number {
    const { level } = this.#on(name, plan, now);
    return Math.max(1, Math.floor(Math.min(plan.target, plan.firstDay * GROWTH ** level)));
  }

  /** Records the result of one message; `deferred` means that the provider deferred it. */
  result(name: string, plan: WarmUp, now: number, how: "sent" | "deferred" | "other"): void {
    const progress = this.#on(name, plan, now);
    if (how === "sent") {
      progress.sentToday += 1;
      progress.lastSent = progress.day;
    }
    progress.results += 1;
    progress.deferred += how === "deferred" ? 1 : 0;
    if (progress.results >= SAMPLE) {
      progress.isHeld = progress.deferred > progress.results * MAX_DEFERRED_SHARE;
      progress.results = 0;
      progress.deferred = 0;
    }
  }

  #on(name: string, plan: WarmUp, now: number): WarmUpProgress {
    const day = Math.max(0, Math.floor((now - plan.startedAt) / DAY_MS));
    let progress = this.#progress.get(name);
    if (progress === undefined) {
      // Nothing is known, e.g. because local/ was lost: assume that the warm-up has followed its plan so far.
      progress = {
        level: day,
        day,
        sentToday: 0,
        lastSent: day,
        results: 0,
        deferred: 0,
        isHeld: false,
      };
      this.#progress.set(name, progress);
    }
    if (day > progress.day) {
      turnDay(progress, plan, day);
    }
    return progress;
  }
}

function turnDay(progress: WarmUpProgress, plan: WarmUp, day: number): void {
  const quota = Math.min(plan.target, plan.firstDay * GROWTH ** progress.level);
  if (!progress.isHeld && progress.sentToday >= quota * USED_SHARE) {
    // The level stops rising at the target. Otherwise a long pause would not lower the quota.
    progress.level += quota < plan.target ? 1 : 0;
  }
  if (day - progress.lastSent > IDLE_DAYS) {
    progress.level = Math.max(0, progress.level - IDLE_STEPS);
    progress.lastSent = day;
  }
  progress.day = day;
  progress.sentToday = 0;
}
