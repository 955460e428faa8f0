import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** A campaign's messages by state: `pending + leased + … + skipped = total` always holds. */
export type CampaignCounts = {
  total: number;
  pending: number;
  /** Pending messages in chunks that are currently leased. */
  leased: number;
  deferred: number;
  held: number;
  sent: number;
  bounced: number;
  failed: number;
  skipped: number;
};

export type ProviderCounts = CampaignCounts & { provider: string };

const SUMS = `
       coalesce(sum(last_seq - first_seq + 1), 0) AS total,
       coalesce(sum(CASE WHEN lease_until > @now THEN 0 ELSE pending END), 0) AS pending,
       coalesce(sum(CASE WHEN lease_until > @now THEN pending ELSE 0 END), 0) AS leased,
       coalesce(sum(deferred), 0) AS deferred,
       coalesce(sum(held), 0) AS held,
       coalesce(sum(sent), 0) AS sent,
       coalesce(sum(bounced), 0) AS bounced,
       coalesce(sum(failed), 0) AS failed,
       coalesce(sum(skipped), 0) AS skipped`;

type Params = [{ campaignId: number; now: number }];

const sumChunks = statement<Params, CampaignCounts>(`
  SELECT ${SUMS}
    FROM chunk
   WHERE campaign_id = @campaignId
`);

const sumChunksByProvider = statement<Params, ProviderCounts>(`
  SELECT provider, ${SUMS}
    FROM chunk
   WHERE campaign_id = @campaignId
   GROUP BY provider
   ORDER BY total DESC, provider
`);

/**
 * A campaign's exact state, summed over its chunks, whose counters change in the same transactions as the rows. A chunk
 * covers up to 1,000 rows, so a million recipients take about a millisecond.
 *
 * @param now Unix ms; expired leases do not count.
 */
export function campaignCounts(db: Connection, campaignId: number, now: number): CampaignCounts {
  return sumChunks(db).get({ campaignId, now }) as CampaignCounts;
}

/** `campaignCounts` per destination provider, largest first. */
export function campaignCountsByProvider(
  db: Connection,
  campaignId: number,
  now: number,
): ProviderCounts[] {
  return sumChunksByProvider(db).all({ campaignId, now });
}
