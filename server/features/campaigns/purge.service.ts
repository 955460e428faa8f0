import type { Connection } from "../../platform/db/driver.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { isDeleted, purgeSlice } from "./purge.store.ts";

/** The job that removes the rows of a deleted campaign; the jobs thread does it. */
export const PURGE_JOB = "campaign.purge";

const SLICE_ROWS = 500;
// Longer than any law asks: 30 days in CAN-SPAM (15 U.S.C. § 7704(a)(3)), 60 in Canada's CASL (s. 11).
const LINKS_LIVE_MS = 60 * DAY_MS;

/**
 * When the rows of a campaign that is deleted now may go (unix ms): those of a draft at once, those of one
 * that was launched when 60 days are over, because the unsubscribe link of every message lives by its row.
 */
export function purgeDueAt(launchedAt: number | null, now: number): number {
  return launchedAt === null ? now : now + LINKS_LIVE_MS;
}

/**
 * Removes what is left of a deleted campaign in small transactions, letting others write in between. Safe
 * to repeat; ends early when the signal is aborted. A campaign that was not deleted is left alone.
 *
 * @param open Asked again for each slice, since a connection may be closed meanwhile.
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
