import type { Connection } from "../../platform/db/driver.ts";
import type { AudienceDefinition } from "../consent.store.ts";
import { audienceSlices, maxContactId, type Outcome } from "./audience.store.ts";
import { blockedContacts, withinSlice } from "./blocked.store.ts";

/** Number of contact ids per statement. One statement takes about 30 ms, during which it blocks its thread. */
export const SLICE_IDS = 4_000;

/**
 * The steps from the audience to the recipients. `inAudience` is the sum of all counts below it. `duplicates` is
 * separate: the number of additional memberships of contacts that are already counted.
 */
export type Waterfall = {
  duplicates: number;
  inAudience: number;
  excluded: number;
  unsubscribed: number;
  /** On a list, but the sign-up was never confirmed. */
  unconfirmed: number;
  /** The contact paused their mail, and the pause is not over. */
  paused: number;
  suppressed: { hardBounce: number; complaint: number; manual: number; unclear: number };
  invalid: number;
  recipients: number;
};

/**
 * Counts the waterfall slice by slice and yields in between, so that the caller can do other work.
 *
 * @param system Its instance-wide suppressions are applied as well.
 */
export function* countWaterfall(
  database: () => Connection,
  audience: AudienceDefinition,
  now: number,
  system?: Connection,
): Generator<undefined, Waterfall> {
  const counts = new Map<Outcome, number>();
  let inAudience = 0;
  let memberships = 0;
  const blocked = system === undefined ? [] : yield* blockedContacts(database, system, now);
  const slices = audienceSlices(audience);
  const last = maxContactId(database());
  for (let from = 1; from <= last; from += SLICE_IDS) {
    const to = from + SLICE_IDS - 1;
    const slice = { from, to, now, blocked: withinSlice(blocked, from, to) };
    for (const row of slices.count(database(), slice)) {
      counts.set(row.outcome, (counts.get(row.outcome) ?? 0) + row.n);
      inAudience += row.n;
      memberships += row.memberships;
    }
    yield;
  }
  const count = (outcome: Outcome): number => counts.get(outcome) ?? 0;
  return {
    duplicates: memberships - inAudience,
    inAudience,
    excluded: count("excluded"),
    unsubscribed: count("left_list") + count("suppressed_unsubscribed"),
    unconfirmed: count("unconfirmed"),
    paused: count("paused"),
    suppressed: {
      hardBounce: count("suppressed_hard_bounce"),
      complaint: count("suppressed_complaint"),
      manual: count("suppressed_manual") + count("suppressed_erasure"),
      unclear: count("suppressed_unclear"),
    },
    invalid: count("invalid"),
    recipients: count(null),
  };
}
