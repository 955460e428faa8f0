import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";
import { holdDeferred, holdsAmbiguous } from "../unknown-outcomes.store.ts";

const selectProgress = statement<
  [campaignId: number],
  { status: string; open: number; held: number; leased: number }
>(`
  SELECT campaign.status,
         ifnull(sum(chunk.pending + chunk.deferred), 0) AS open,
         ifnull(sum(chunk.held), 0) AS held,
         ifnull(sum(chunk.owner IS NOT NULL), 0) AS leased
    FROM campaign LEFT JOIN chunk ON chunk.campaign_id = campaign.id
   WHERE campaign.id = ?
   GROUP BY campaign.id
`);

const finish = statement<[{ id: number; from: string; to: string; now: number }]>(`
  UPDATE campaign
     SET status = @to, updated_at = @now,
         finished_at = CASE WHEN @to = 'paused' THEN finished_at ELSE @now END,
         recipient_total = (SELECT ifnull(max(last_seq), 0) FROM chunk WHERE campaign_id = @id)
   WHERE id = @id AND status = @from
`);

/**
 * Advances a campaign's status in the transaction that changed its rows: to `completed` when no row is left to send, to
 * `paused` or `cancelled` when no chunk is leased any more. Cancelling also waits until the remaining rows are skipped.
 * Held rows stay held, since those messages may have been delivered.
 *
 * @returns the new status, or undefined when it does not change.
 */
export function settleCampaign(
  db: Connection,
  campaignId: number,
  now: number,
): "completed" | "paused" | "cancelled" | undefined {
  const progress = selectProgress(db).get(campaignId);
  if (progress === undefined) {
    return undefined;
  }
  const to = nextStatus(progress);
  if (to === undefined) {
    return undefined;
  }
  if (to === "paused" && holdsAmbiguous(db, campaignId)) {
    // A message whose second attempt was in progress when the pause began may have been deferred again since.
    holdDeferred(db, campaignId, now);
  }
  const moved = finish(db).run({ id: campaignId, from: progress.status, to, now });
  return moved.changes === 1 ? to : undefined;
}

function nextStatus(progress: { status: string; open: number; held: number; leased: number }) {
  const { status, open, held, leased } = progress;
  const isDone = open + held === 0;
  if (status === "sending" && isDone) {
    return "completed";
  }
  if (status === "pausing" && leased === 0) {
    return isDone ? "completed" : "paused";
  }
  if (status === "cancelling" && leased === 0 && open === 0) {
    return "cancelled";
  }
  return undefined;
}

const selectUnsettled = statement<[], { id: number }>(`
  SELECT id FROM campaign WHERE status IN ('sending', 'pausing', 'cancelling')
`);

/** Settles every active campaign of the workspace, including those for which no further fact will arrive. */
export function settleAll(
  db: Connection,
  now: number,
): { campaignId: number; status: "completed" | "paused" | "cancelled" }[] {
  return inTransaction(db, () =>
    selectUnsettled(db)
      .all()
      .flatMap(({ id }) => {
        const status = settleCampaign(db, id, now);
        return status === undefined ? [] : [{ campaignId: id, status }];
      }),
  );
}
