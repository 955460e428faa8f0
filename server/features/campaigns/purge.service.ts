import type { Connection } from "../../platform/db/driver.ts";
import { isDeleted, purgeSlice } from "./purge.store.ts";

/** The job that removes the rows of a deleted campaign; the jobs thread does it. */
export const PURGE_JOB = "campaign.purge";

const SLICE_ROWS = 500;

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
