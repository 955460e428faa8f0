import type { Connection } from "../../platform/db/driver.ts";
import type { AudienceDefinition } from "../consent.store.ts";
import { audienceSlices, maxContactId, type Outcome } from "./audience.store.ts";
import { blockedContacts, withinSlice } from "./blocked.store.ts";

/** Contact ids looked at in one statement: some 30 ms, for which everybody else on the thread waits. */
export const SLICE_IDS = 4_000;

/**
 * From the audience to those who will get the message. `inAudience` is the sum of everything below it
 * except `duplicates`, which says how many memberships were second ones of a person already counted.
 */
export type Waterfall = {
  duplicates: number;
  inAudience: number;
  excluded: number;
  unsubscribed: number;
  /** In a list, but the sign-up was never confirmed. */
  unconfirmed: number;
  /** Asked for a rest that is not over. */
  paused: number;
  suppressed: { hardBounce: number; complaint: number; manual: number };
  invalid: number;
  recipients: number;
};

/**
 * Counts the waterfall slice by slice, so that a caller can do other work between two slices.
 *
 * @param system Whose instance-wide suppressions count too.
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
    },
    invalid: count("invalid"),
    recipients: count(null),
  };
}
