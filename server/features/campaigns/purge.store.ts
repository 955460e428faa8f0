import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

// The rows of a deleted campaign are removed in slices, by the leading column of each table's key, so that no
// transaction is long. Tables that nothing refers to come first, the campaign itself last.
const slices = [
  ["message", "seq"],
  ["attempt", "id"],
  ["event", "id"],
  ["bounce_report", "seq"],
  ["message_run", "seq"],
  ["campaign_breaker", "kind"],
  ["engagement", "seq"],
  ["campaign_count", "bucket"],
  ["link_count", "link_no"],
  ["campaign_link", "link_no"],
  ["chunk", "chunk_no"],
] as const;

const statements = slices.map(([table, column]) =>
  statement<[{ campaignId: number; limit: number }]>(`
    DELETE FROM ${table}
     WHERE campaign_id = @campaignId
       AND ${column} <= (SELECT MAX(${column})
                           FROM (SELECT ${column} FROM ${table}
                                  WHERE campaign_id = @campaignId
                                  ORDER BY ${column}
                                  LIMIT @limit))
  `),
);

const deleteContent = statement<[id: number]>("DELETE FROM campaign_content WHERE campaign_id = ?");
const deleteCampaign = statement<[id: number]>(`
  DELETE FROM campaign
   WHERE id = ? AND deleted_at IS NOT NULL
`);

/** Removes up to `limit` rows of each table. False when nothing was left and the campaign itself was removed. */
export function purgeSlice(db: Connection, campaignId: number, limit: number): boolean {
  return inTransaction(db, () => {
    for (const remove of statements) {
      if (remove(db).run({ campaignId, limit }).changes > 0) {
        return true;
      }
    }
    deleteContent(db).run(campaignId);
    deleteCampaign(db).run(campaignId);
    return false;
  });
}

const selectDeleted = statement<[id: number], { id: number }>(`
  SELECT id
    FROM campaign
   WHERE id = ? AND deleted_at IS NOT NULL
`);

/** True while a deleted campaign still has its row. */
export const isDeleted = (db: Connection, campaignId: number): boolean =>
  selectDeleted(db).get(campaignId) !== undefined;
