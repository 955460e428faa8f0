import { type Clocks, onWallClock } from "../../platform/clock.ts";
import type { BoundBy, LimitLevel, Refusal } from "../limiter/limit-state.ts";
import type { InHand } from "../protocol.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Ledger } from "./ledger.ts";
import { postponedFact } from "./outcome-fact.ts";
import type { Lane, MessageInHand, Run } from "./run.ts";

/** Messages of a campaign to have in hand: one chunk being sent and one ready. */
const WANT = 1_000;
const REFILL_BELOW = 500;
/**
 * Maximum of messages in hand per campaign, including stuck ones, and of all campaigns together. With very many
 * campaigns each still gets WANT + REFILL_BELOW.
 */
const MAX_IN_HAND = 6_000;
const MAX_OF_ALL = 40_000;
/** Messages that must wait longer than this are given back or postponed instead of waiting in memory. */
const LET_GO_AFTER_MS = 60_000;
/** Messages of a suspended site become due spread over this time, not all at once. */
const COME_BACK_OVER_MS = 3_600_000;
/** The age at which a lane's sending rate can be estimated. */
const PACE_KNOWN_AFTER_MS = 3_000;
const LONGEST_OVERFLOW_MS = 4 * 3_600_000;

/** Limits that hold back a single lane, or a few lanes of many. */
const narrow: ReadonlySet<LimitLevel> = new Set([
  "workspace_provider",
  "campaign_provider",
  "route_provider",
  "route_site",
  "source_provider",
  "sender_provider",
  "sender_site",
]);

/** True if a limit holds back only single lanes, so that the rest of the campaign can continue. */
export function isNarrow({ level }: BoundBy): boolean {
  return narrow.has(level);
}

/**
 * Decides how many messages of a campaign to have in hand, so that a slow provider neither fills the memory nor delays
 * the others. Stuck messages do not count. A provider with enough messages in hand gets no more. Messages that would
 * wait for long are given back or postponed.
 */
export class Intake {
  readonly #clocks: Clocks;
  readonly #ledger: Ledger;
  readonly #dispatcher: Dispatcher;
  readonly #random: () => number;
  #maxInHand = MAX_IN_HAND;

  constructor(clocks: Clocks, ledger: Ledger, dispatcher: Dispatcher, random = Math.random) {
    this.#clocks = clocks;
    this.#ledger = ledger;
    this.#dispatcher = dispatcher;
    this.#random = random;
  }

  /** The number of campaigns that share the memory. */
  set campaigns(n: number) {
    this.#maxInHand = Math.max(WANT + REFILL_BELOW, Math.min(MAX_IN_HAND, MAX_OF_ALL / n));
  }

  /** Whether to lease more chunks. */
  wantsMore(run: Run): boolean {
    return !run.isHalted && run.active < REFILL_BELOW && run.inHand < this.#maxInHand;
  }

  /** What to report for a run when leasing more chunks. */
  inHandOf(run: Run): InHand {
    const { workspaceId, campaignId } = run.parts;
    return {
      workspaceId,
      campaignId,
      // A halted run must not get more chunks.
      messages: this.wantsMore(run) ? run.active : WANT,
      full: this.#fullProviders(run),
    };
  }

  /** The report for a campaign that is to get no more chunks. */
  static enough(workspaceId: string, campaignId: number): InHand {
    return { workspaceId, campaignId, messages: WANT, full: [] };
  }

  static get want(): number {
    return WANT;
  }

  /** The lane was refused by the limiter. */
  parked(lane: Lane, { boundBy, retryAtMs }: Refusal): void {
    if (isNarrow(boundBy)) {
      lane.run.setStuck(lane, true);
      this.#relieve(lane, boundBy, retryAtMs);
    }
  }

  /** Relieves stuck lanes that have grown, and unblocks providers whose time has come. */
  tend(run: Run): void {
    const now = this.#clocks.steady();
    for (const [provider, { untilMs }] of run.blocked) {
      if (untilMs <= now) {
        run.blocked.delete(provider);
      }
    }
    for (const lane of [...run.lanes.values()]) {
      const waits = lane.isStuck ? this.#dispatcher.boundBy(lane) : undefined;
      if (waits !== undefined) {
        this.#relieve(lane, waits.boundBy, waits.untilMs);
      }
    }
  }

  #relieve(lane: Lane, boundBy: BoundBy, untilMs: number | undefined): void {
    const now = this.#clocks.steady();
    const isShut = boundBy.kind === "suspended" || boundBy.kind === "quota";
    if (isShut && untilMs !== undefined && untilMs - now > LET_GO_AFTER_MS) {
      this.#giveBackProviders(lane, boundBy, untilMs);
      this.#postpone(lane, 0, untilMs, COME_BACK_OVER_MS);
    } else if (lane.run.inHand >= this.#maxInHand && lane.run.active < REFILL_BELOW) {
      this.#makeRoom(lane, now);
    }
    this.#dispatcher.tidy(lane);
  }

  /** The memory is full: postpones messages that the lane cannot send within a minute at its current rate. */
  #makeRoom(lane: Lane, now: number): void {
    const aliveMs = now - lane.sinceMs;
    if (aliveMs < PACE_KNOWN_AFTER_MS) {
      return;
    }
    const perMs = Math.max(1, lane.finished) / aliveMs;
    const keep = Math.ceil(perMs * LET_GO_AFTER_MS);
    const overMs = Math.min(LONGEST_OVERFLOW_MS, (lane.waiting - keep) / perMs);
    this.#postpone(lane, keep, now + LET_GO_AFTER_MS, overMs);
  }

  /** Giving back whole chunks of one provider changes no rows. */
  #giveBackProviders(lane: Lane, boundBy: BoundBy, untilMs: number): void {
    const { run } = lane;
    const dropped = run.dropFrom(lane, isOfOneProvider);
    for (const { chunk } of dropped) {
      run.blocked.set(chunk.claim.provider, { untilMs, boundBy });
    }
    this.#ledger.giveBack(run, dropped);
  }

  /** Messages in mixed chunks get a new due time of their own, so that the rest of the chunk need not wait for them. */
  #postpone(lane: Lane, keep: number, fromMs: number, overMs: number): void {
    if (lane.waiting <= keep) {
      return;
    }
    const { run } = lane;
    let kept = 0;
    const dropped = run.dropFrom(lane, (item) => {
      kept += isOfOneProvider(item) ? 0 : 1;
      return !isOfOneProvider(item) && kept > keep;
    });
    const at = this.#clocks.wall();
    for (const item of dropped) {
      const dueAt = onWallClock(fromMs + this.#random() * overMs, this.#clocks);
      this.#ledger.postpone(run, item, postponedFact(run, item, dueAt, at));
    }
  }

  #fullProviders(run: Run): string[] {
    const inHand = new Map<string, number>();
    for (const { claim, open } of run.chunks) {
      inHand.set(claim.provider, (inHand.get(claim.provider) ?? 0) + open);
    }
    for (const lane of run.lanes.values()) {
      // Stuck messages of mixed chunks do not count: a slow domain must not stop the supply for all other domains.
      inHand.set("other", (inHand.get("other") ?? 0) - stuckOfMany(lane));
    }
    const full = [...inHand].filter(([, n]) => n >= REFILL_BELOW).map(([provider]) => provider);
    return [...new Set([...full, ...run.blocked.keys()])];
  }
}

function isOfOneProvider({ chunk }: MessageInHand): boolean {
  return chunk.claim.provider !== "other";
}

/** Messages of mixed chunks in a stuck lane. */
function stuckOfMany(lane: Lane): number {
  let n = 0;
  if (lane.isStuck) {
    lane.forEach((item) => {
      n += isOfOneProvider(item) ? 0 : 1;
    });
  }
  return n;
}
