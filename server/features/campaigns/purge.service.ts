import type { Databases } from "../../platform/db/databases.ts";
import { isDeleted, purgeSlice } from "./purge.store.ts";

/** The job that removes the rows of a deleted campaign. */
export const PURGE_JOB = "campaign.purge";

const SLICE_ROWS = 500;

/**
 * Removes what is left of a deleted campaign in small transactions, letting others work in between. Safe to
 * repeat; ends early when the signal is aborted. A campaign that was not deleted is left alone.
 */
export async function purgeCampaign(
  databases: Databases,
  target: { workspaceId: string; campaignId: number },
  signal: AbortSignal,
): Promise<void> {
  if (!isDeleted(databases.workspace(target.workspaceId), target.campaignId)) {
    return;
  }
  let isMore = true;
  while (isMore && !signal.aborted) {
    isMore = purgeSlice(databases.workspace(target.workspaceId), target.campaignId, SLICE_ROWS);
    await Bun.sleep(1);
  }
  signal.throwIfAborted();
}
