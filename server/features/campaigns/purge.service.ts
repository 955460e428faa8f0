import type { Connection } from "../../platform/db/driver.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { isDeleted, purgeSlice } from "./purge.store.ts";

/** The job that removes the rows of a deleted campaign. It runs on the jobs thread. */
export const PURGE_JOB = "campaign.purge";

const SLICE_ROWS = 500;
// Longer than the laws require: 30 days in CAN-SPAM (15 U.S.C. § 7704(a)(3)), 60 in Canada's CASL (s. 11).
const LINKS_LIVE_MS = 60 * DAY_MS;

/**
 * When the rows of a campaign that is deleted now may be removed (unix ms): at once for a draft, and 60 days after
 * its launch otherwise, because each unsubscribe link needs its message row.
 */
export function purgeDueAt(launchedAt: number | null, now: number): number {
  return launchedAt === null ? now : now + LINKS_LIVE_MS;
}

/**
 * Removes the rows of a deleted campaign in small transactions, so that others can write in between. Safe to repeat;
 * stops when the signal is aborted. A campaign that is not deleted is left alone.
 *
 * @param open Called for each slice, since the connection may be closed in the meantime.
 */
export async function purgeCampaign(
  open: () => Connection,
  campaignId: number,
  signal: AbortSignal,
): Promise<void> {
  if (!isDeleted(open(), campaignId)) {
    return;
  }
  while (purgeSlice(open(), campaignId, SLICE_ROWS)) {
    signal.throwIfAborted();
    await Bun.sleep(1);
  }
}
