import { AppError } from "../../platform/errors.ts";
import { type ContentContext, contentFaults } from "./campaign-content.service.ts";
import { contentUnchecked, type SectionProblem } from "./campaigns.rules.ts";
import type { CampaignView } from "./campaigns.schema.ts";
import { requireCampaign, viewOf } from "./campaigns.service.ts";
import type { CampaignRow } from "./campaigns.store.ts";

/** How long a page waits for a template check before it is shown without the result. */
const CHECK_WITHIN_MS = 3_000;

/** A campaign with the problems of each section. @throws AppError `not_found`. */
export async function readCampaign(context: ContentContext, id: number): Promise<CampaignView> {
  const db = context.databases.workspace(context.workspaceId);
  return await showCampaign(context, requireCampaign(db, id));
}

/** Like `readCampaign`, for a row that was just read or written, even if others save it in the meantime. */
export async function showCampaign(
  context: ContentContext,
  row: CampaignRow,
): Promise<CampaignView> {
  const faults = await faultsInTime(context, row);
  return viewOf(context.databases.workspace(context.workspaceId), row, faults);
}

async function faultsInTime(context: ContentContext, row: CampaignRow): Promise<SectionProblem[]> {
  const { promise: late, resolve } = Promise.withResolvers<SectionProblem[]>();
  const timer = setTimeout(resolve, CHECK_WITHIN_MS, [contentUnchecked]);
  try {
    return await Promise.race([contentFaults(context, row), late]);
  } catch (error) {
    if (error instanceof AppError && error.code === "unavailable") {
      return [contentUnchecked];
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
