import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectSending = statement<
  [],
  { id: number; name: string; pending: number; deferred: number; nextDueAt: number | null }
>(`
  SELECT campaign.id, name, ifnull(sum(pending), 0) AS pending, ifnull(sum(deferred), 0) AS deferred,
         min(next_due) AS nextDueAt
    FROM campaign LEFT JOIN chunk ON chunk.campaign_id = campaign.id
   WHERE status = 'sending'
   GROUP BY campaign.id
   ORDER BY campaign.id DESC
`);

/** Campaigns in progress, and how many messages each still has to send. */
export const sendingCampaigns = (db: Connection) => selectSending(db).all();

const selectName = statement<[id: string], { name: string }>(
  "SELECT name FROM workspace WHERE id = ?",
);

/** Empty when the workspace no longer exists. */
export const workspaceName = (system: Connection, id: string): string =>
  selectName(system).get(id)?.name ?? "";
