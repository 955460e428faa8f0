import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectAudience = statement<[], { contacts: number; suppressed: number }>(`
  SELECT coalesce(sum(n) FILTER (WHERE name = 'contacts'), 0) AS contacts,
         coalesce(sum(n) FILTER (WHERE name LIKE 'suppression:%'), 0) AS suppressed
    FROM audience_count
`);

export type RecentCampaign = {
  id: number;
  name: string;
  status: string;
  statusReason: string;
  updatedAt: number;
  scheduledAt: number | null;
};

const selectRecent = statement<[limit: number], RecentCampaign>(`
  SELECT id, name, status, status_reason AS statusReason, updated_at AS updatedAt,
         scheduled_at AS scheduledAt
    FROM campaign
   WHERE deleted_at IS NULL
   ORDER BY id DESC
   LIMIT ?
`);

// A campaign's totals count on the day of its launch; bucket 0 has one row per metric.
const selectSince = statement<[since: number], { metric: string; n: number }>(`
  SELECT t.metric, sum(t.n) AS n
    FROM campaign c
    JOIN campaign_count t ON t.campaign_id = c.id AND t.bucket = 0
   WHERE c.launched_at >= ?
   GROUP BY t.metric
`);

const selectNeeds = statement<
  [{ since: number }],
  { kind: string; count: number; id: number | null }
>(`
  SELECT 'no_route' AS kind, 1 AS count, NULL AS id
   WHERE NOT EXISTS (SELECT 1 FROM route WHERE enabled = 1)
  UNION ALL
  SELECT 'no_sender', 1, NULL WHERE NOT EXISTS (SELECT 1 FROM sender)
  UNION ALL
  SELECT 'unverified_domain', count(*), min(id) FROM sending_domain WHERE verified_at IS NULL HAVING count(*) > 0
  UNION ALL
  SELECT 'paused_campaign', count(*), min(id) FROM campaign WHERE status = 'paused' HAVING count(*) > 0
  UNION ALL
  SELECT 'held_messages', count(*), min(id) FROM campaign
   WHERE launched_at IS NOT NULL AND deleted_at IS NULL AND status NOT IN ('completed', 'cancelled')
     AND EXISTS (SELECT 1 FROM chunk WHERE chunk.campaign_id = campaign.id AND chunk.held > 0)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'broken_form', count(*), min(id) FROM form
   WHERE enabled = 1 AND json_array_length(settings, '$.listIds') > 0
     AND NOT EXISTS (SELECT 1 FROM json_each(form.settings, '$.listIds') AS named
                       JOIN list ON list.id = named.value AND list.is_public = 1)
  HAVING count(*) > 0
  UNION ALL
  SELECT 'failed_import', count(*), max(i.id) FROM import i JOIN task t ON t.id = i.task_id
   WHERE t.state = 'failed' AND i.created_at >= @since HAVING count(*) > 0
`);

export const findAudienceSize = (db: Connection) =>
  selectAudience(db).get() ?? { contacts: 0, suppressed: 0 };

export const findRecentCampaigns = (db: Connection, limit: number) => selectRecent(db).all(limit);

/** Sums of the counters of campaigns launched since a time. */
export function findTotalsSince(db: Connection, since: number): Map<string, number> {
  return new Map(
    selectSince(db)
      .all(since)
      .map((row) => [row.metric, row.n]),
  );
}

export const findNeeds = (db: Connection, since: number) => selectNeeds(db).all({ since });
