import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

type RecipientRow = {
  seq: number;
  address: string;
  state: string;
  reason: string;
  attempts: number;
  changedAt: number | null;
};

const selectAfter = statement<
  [{ campaignId: number; after: number; limit: number }],
  RecipientRow
>(`
  SELECT seq, address, reason, attempts, changed_at AS changedAt,
         CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'deferred' WHEN 2 THEN 'held' WHEN 3 THEN 'sent'
                    WHEN 4 THEN 'bounced' WHEN 5 THEN 'failed' ELSE 'skipped' END AS state
    FROM message
   WHERE campaign_id = @campaignId AND seq > @after
   ORDER BY seq
   LIMIT @limit
`);

const selectTotal = statement<[campaignId: number], { total: number }>(
  "SELECT recipient_total AS total FROM campaign WHERE id = ? AND deleted_at IS NULL",
);

/** The next recipients of a campaign. */
export function recipientsAfter(
  db: Connection,
  page: { campaignId: number; after: number; limit: number },
): RecipientRow[] {
  return selectAfter(db).all(page);
}

/** The number of a campaign's recipients; undefined when there is no such campaign. */
export function recipientTotal(db: Connection, campaignId: number): number | undefined {
  return selectTotal(db).get(campaignId)?.total;
}
