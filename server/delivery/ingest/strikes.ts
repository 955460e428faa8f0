import type { Connection } from "../../platform/db/driver.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { BounceRules, SuppressionThreshold } from "../ports.ts";
import { suppress } from "./results.store.ts";
import { addStrike, dropStrikes, forgetStrikes, lastDelivery, strikesOf } from "./strikes.store.ts";

/** A message delivered within the last hour may still bounce, so it does not count as proof of delivery. */
const MAY_COME_BACK_MS = 3_600_000;

/** A failure whose category counts against the address. */
export type Failure = {
  campaignId: number;
  contactId: number;
  address: string;
  category: string;
  at: number;
  /** The server's reply text, stored with the suppression. */
  detail: string;
};

/**
 * Counts a failure against its address and suppresses the address when the category's rule is met. A campaign counts
 * once per address, however many reports arrive. Failures that a later delivery has disproved are dropped here rather
 * than at delivery, so that an accepted message costs no extra read or write.
 */
export function strike(db: Connection, failure: Failure, rules: BounceRules): void {
  const rule = rules.giveUp(failure.category);
  if (rule === undefined) {
    return;
  }
  if (rule.after === 1) {
    giveUp(db, failure, rule, rules.softBounceDays(db));
    return;
  }
  const { address, category, campaignId, at } = failure;
  const delivered = lastDelivery(db, failure.contactId, at - MAY_COME_BACK_MS);
  dropStrikes(db, address, category, Math.max(delivered, at - rule.withinDays * DAY_MS));
  addStrike(db, { address, category, campaignId, at });
  if (isEnough(strikesOf(db, address, category), rule)) {
    giveUp(db, failure, rule, rules.softBounceDays(db));
    forgetStrikes(db, address);
  }
}

function giveUp(db: Connection, failure: Failure, rule: SuppressionThreshold, days: number): void {
  const { address, at, detail } = failure;
  suppress(db, {
    ...{ address, detail, at },
    reason: "hard_bounce",
    source: `campaign:${failure.campaignId}`,
    expiresAt: rule.isForGood || days === 0 ? null : at + days * DAY_MS,
  });
}

function isEnough(
  times: readonly number[],
  { after, per, overDays = 0 }: SuppressionThreshold,
): boolean {
  const counted = per === "message" ? times : new Set(times.map((at) => Math.floor(at / DAY_MS)));
  const count = "size" in counted ? counted.size : counted.length;
  const span = Math.max(...times) - Math.min(...times);
  return count >= after && span >= overDays * DAY_MS;
}
