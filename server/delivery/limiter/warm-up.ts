import type { WarmUp } from "../types.ts";

const DAY_MS = 24 * 3_600_000;
const GROWTH = 1.5;
/** A day counts as used when this share of its quota went out. */
const USED_SHARE = 0.5;
/** Growth stops while more than this share of so many results were deferred. */
const SAMPLE = 200;
const MAX_DEFERRED_SHARE = 0.1;
/** After so many days without mail a provider has forgotten the address: back to a quarter. */
const IDLE_DAYS = 30;
const IDLE_STEPS = Math.log(4) / Math.log(GROWTH);

/** How far an address has come with a provider. Can be kept as JSON. */
export type WarmUpProgress = {
  /** Days that count: the quota is `firstDay` × 1.5 to the power of it. */
  level: number;
  /** Day of the plan, from 0, that the rest is about. */
  day: number;
  sentToday: number;
  /** Day of the plan on which something was last sent. */
  lastSent: number;
  results: number;
  deferred: number;
  /** Too much was deferred lately: the quota stays as it is. */
  isHeld: boolean;
};

/** Warm-up of source addresses, each with each provider. Knows no clock. */
export class WarmUps {
  #progress: Map<string, WarmUpProgress>;

  constructor(restored: ReadonlyMap<string, WarmUpProgress> = new Map()) {
    this.#progress = new Map(restored);
  }

  /** Everything, for the next start. */
  get all(): ReadonlyMap<string, WarmUpProgress> {
    return this.#progress;
  }

  /** Messages that may go today. A day that was not used, or was held, does not raise it. */
  quota(name: string, plan: WarmUp, now: number): number {
    const { level } = this.#on(name, plan, now);
    return Math.max(1, Math.floor(Math.min(plan.target, plan.firstDay * GROWTH ** level)));
  }

  /** Something was sent, or was deferred by the other side. */
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
      // Nothing is known, e.g. because local/ was lost: then the plan is believed.
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
    // Beyond the target there is nothing to grow to, and nothing to fall back from.
    progress.level += quota < plan.target ? 1 : 0;
  }
  if (day - progress.lastSent > IDLE_DAYS) {
    progress.level = Math.max(0, progress.level - IDLE_STEPS);
    progress.lastSent = day;
  }
  progress.day = day;
  progress.sentToday = 0;
}
