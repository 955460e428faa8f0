import type { HeldDecision, RetryCount, RetryFilter } from "../../delivery/index.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { AppError, because } from "../../platform/errors.ts";
import type { CampaignEngine } from "../ports.ts";
import { requireCampaign, requireMaySend } from "./campaigns.service.ts";

export type RequeueDeps = {
  databases: Databases;
  engine: Pick<CampaignEngine, "expect" | "retry" | "retryPreview" | "decideHeld">;
};
type Target = { workspaceId: string; campaignId: number };

/**
 * How many messages a retry would send, and which it would leave out.
 * @throws AppError `not_found`, `illegal_state`.
 */
export function previewRetry(
  { databases, engine }: RequeueDeps,
  { workspaceId, campaignId }: Target,
  filter: RetryFilter,
): Promise<RetryCount> {
  requireCampaign(databases.workspace(workspaceId), campaignId);
  return engine.retryPreview(workspaceId, campaignId, filter);
}

/**
 * Sends failed messages again, except those to suppressed addresses.
 *
 * @param expected The number that was shown to the person; nothing is done when it has changed.
 * @throws AppError `changed_meanwhile` when the number changed; `illegal_state`, or the errors of `requireMaySend`.
 */
export async function retryFailed(
  deps: RequeueDeps,
  target: Target,
  filter: RetryFilter,
  expected: number,
): Promise<RetryCount> {
  const { workspaceId, campaignId } = target;
  const db = deps.databases.workspace(workspaceId);
  requireMaySend(deps.databases, db, requireCampaign(db, campaignId));
  const preview = await previewRetry(deps, target, filter);
  if (preview.retry !== expected) {
    throw new AppError(
      "changed_meanwhile",
      because("retry_count_changed", { now: preview.retry, before: expected }),
    );
  }
  return await deps.engine.retry(workspaceId, campaignId, filter);
}

/** Decides what happens to messages that may have arrived. @throws AppError `not_found`, `illegal_state`. */
export async function decideHeldMessages(
  { databases, engine }: RequeueDeps,
  { workspaceId, campaignId }: Target,
  decision: HeldDecision,
  seqs: number[] | undefined,
): Promise<{ decided: number }> {
  const db = databases.workspace(workspaceId);
  const row = requireCampaign(db, campaignId);
  if (decision === "resend") {
    requireMaySend(databases, db, row);
  }
  return { decided: await engine.decideHeld(workspaceId, campaignId, decision, seqs) };
}
