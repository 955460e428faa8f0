import type { Connection } from "../../platform/db/driver.ts";
import { storedBecause } from "../../reasons/because.ts";
import type { BreakerRules } from "../ports.ts";
import {
  complaintsOf,
  countFor,
  pauseFor,
  type Results,
  resultsWhileSending,
  trippedAt,
} from "./breaker.store.ts";

/** Below these counts a rate is not meaningful. */
const MIN_BOUNCE_RESULTS = 100;
const MIN_BLOCK_RESULTS = 200;
const MIN_SENT_FOR_COMPLAINTS = 500;
/** A single complaint may be one person's mistake. */
const MIN_COMPLAINTS = 2;
/** Resuming a campaign accepts its current rate; the breaker trips again when the rate is this many times higher. */
const WORSE = 1.5;

type Kind = "bounce" | "block" | "complaint";
type Measure = { kind: Kind; part: number; whole: number; limit: number };

/**
 * Pauses a campaign that damages the sender's reputation by bounces or complaints, or that is being blocked. A resumed
 * campaign is paused again only when its rate has become markedly worse.
 *
 * @returns true when it begins to pause now.
 */
export function checkBreaker(
  db: Connection,
  campaignId: number,
  rules: BreakerRules,
  now: number,
): boolean {
  const results = resultsWhileSending(db, campaignId);
  if (results === undefined) {
    return false;
  }
  for (const measure of measures(db, campaignId, results, rules)) {
    const percent = (measure.part / measure.whole) * 100;
    const known = trippedAt(db, campaignId, measure.kind);
    if (percent > Math.max(measure.limit, known * WORSE)) {
      const { kind } = measure;
      pauseFor(db, campaignId, { kind, percent, reason: reasonOf(measure, percent) }, now);
      return true;
    }
  }
  return false;
}

function measures(
  db: Connection,
  campaignId: number,
  results: Results,
  rules: BreakerRules,
): Measure[] {
  const limits = rules.limits(db);
  const { sent, bounced, failed, deferred } = results;
  const ended = sent + bounced + failed;
  const list: Measure[] = [];
  // Chunk counters are cheap upper bounds; the rows are counted only when the bound exceeds the limit.
  if (limits.hardBouncePercent > 0 && ended >= MIN_BOUNCE_RESULTS) {
    const mayTrip = (bounced / ended) * 100 > limits.hardBouncePercent;
    const part = mayTrip ? countFor(db, campaignId, rules.hardCategories) : 0;
    list.push({ kind: "bounce", part, whole: ended, limit: limits.hardBouncePercent });
  }
  const known = ended + deferred;
  if (limits.blockPercent > 0 && known >= MIN_BLOCK_RESULTS) {
    const mayTrip = ((failed + deferred) / known) * 100 > limits.blockPercent;
    const part = mayTrip ? countFor(db, campaignId, rules.blockCategories) : 0;
    list.push({ kind: "block", part, whole: known, limit: limits.blockPercent });
  }
  if (limits.complaintPercent > 0 && sent >= MIN_SENT_FOR_COMPLAINTS) {
    const part = complaintsOf(db, campaignId);
    if (part >= MIN_COMPLAINTS) {
      list.push({ kind: "complaint", part, whole: sent, limit: limits.complaintPercent });
    }
  }
  return list;
}

const codes = {
  bounce: "many_bounce",
  block: "many_refused",
  complaint: "many_complain",
} as const;

function reasonOf({ kind, part, whole, limit }: Measure, percent: number): string {
  const rounded = Math.round(percent * 10) / 10;
  return storedBecause(codes[kind], { percent: rounded, part, whole, limit });
}
