import type { Connection } from "../../platform/db/driver.ts";
import type { BounceRules, GiveUp } from "../ports.ts";
import { suppress } from "./results.store.ts";
import { addStrike, dropStrikes, forgetStrikes, lastDelivery, strikesOf } from "./strikes.store.ts";

const DAY_MS = 24 * 3_600_000;
/** What was delivered in the last hour may still come back. */
const MAY_COME_BACK_MS = 3_600_000;

/** A message that failed for a reason that counts against its address. */
export type Failure = {
  campaignId: number;
  contactId: number;
  address: string;
  category: string;
  at: number;
  /** The server's words, for the suppression. */
  detail: string;
};

/**
 * Counts a failure against its address and gives the address up when its category says so. A campaign counts
 * once, however many reports there are of it. What a later delivery has disproved is forgotten here and not
 * when it happens, so that an accepted message costs no write, and no look either.
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

function giveUp(db: Connection, failure: Failure, rule: GiveUp, days: number): void {
  const { address, at, detail } = failure;
  suppress(db, {
    ...{ address, detail, at },
    reason: "hard_bounce",
    source: `campaign:${failure.campaignId}`,
    expiresAt: rule.isForGood || days === 0 ? null : at + days * DAY_MS,
  });
}

function isEnough(times: readonly number[], { after, per, overDays = 0 }: GiveUp): boolean {
  const counted = per === "message" ? times : new Set(times.map((at) => Math.floor(at / DAY_MS)));
  const count = "size" in counted ? counted.size : counted.length;
  const span = Math.max(...times) - Math.min(...times);
  return count >= after && span >= overDays * DAY_MS;
}
