import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectWorkspaceByNumber = statement<[number: number], { id: string; name: string }>(`
  SELECT id, name
    FROM workspace
   WHERE number = ? AND status <> 'deleting'
`);

const selectLinks = statement<[campaignId: number], { url: string }>(`
  SELECT url
    FROM campaign_link
   WHERE campaign_id = ?
   ORDER BY link_no
`);

const selectAddress = statement<[campaignId: number, seq: number], { address: string }>(`
  SELECT address
    FROM message
   WHERE campaign_id = ? AND seq = ?
`);

export function findWorkspaceByNumber(
  system: Connection,
  number: number,
): { id: string; name: string } | undefined {
  return selectWorkspaceByNumber(system).get(number);
}

/** The links of a launched campaign; link_no 1 is the first. */
export function findLinks(db: Connection, campaignId: number): string[] {
  return selectLinks(db)
    .all(campaignId)
    .map((row) => row.url);
}

export function findAddress(db: Connection, campaignId: number, seq: number): string | undefined {
  return selectAddress(db).get(campaignId, seq)?.address;
}
