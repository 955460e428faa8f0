import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** One thing that happened to a contact; fields that its kind has no use for are null. */
export type TimelineRow = {
  at: number;
  /** Orders what happened in the same millisecond. */
  key: string;
  kind: "created" | "message" | "event" | "list" | "suppressed";
  /** State of the message, kind of event, status in the list, or reason of the suppression. */
  what: string;
  campaignId: number | null;
  campaignName: string | null;
  seq: number | null;
  listId: number | null;
  listName: string | null;
  detail: string;
};

// Everything is found by the contact: a person has hundreds of these, not millions.
const selectTimeline = statement<
  [{ id: number; at: number; key: string; limit: number }],
  TimelineRow
>(`
  SELECT * FROM (
    SELECT m.changed_at AS at, 'm' || m.campaign_id AS key, 'message' AS kind,
           CASE m.state WHEN 0 THEN 'pending' WHEN 1 THEN 'deferred' WHEN 2 THEN 'held'
                        WHEN 3 THEN 'sent' WHEN 4 THEN 'bounced' WHEN 5 THEN 'failed'
                        ELSE 'skipped' END AS what,
           m.campaign_id AS campaignId, c.name AS campaignName, m.seq AS seq,
           NULL AS listId, NULL AS listName, m.reason AS detail
      FROM message m JOIN campaign c ON c.id = m.campaign_id
     WHERE m.contact_id = @id AND m.changed_at IS NOT NULL
    UNION ALL
    SELECT e.at, 'e' || e.id, 'event', e.kind, e.campaign_id, c.name, e.seq, NULL, NULL, e.class
      FROM event e LEFT JOIN campaign c ON c.id = e.campaign_id
     WHERE e.contact_id = @id
    UNION ALL
    SELECT l.changed_at, 'l' || l.list_id, 'list', l.status, NULL, NULL, NULL, l.list_id, n.name,
           CASE l.reason WHEN '' THEN l.source ELSE l.reason END
      FROM list_contact l JOIN list n ON n.id = l.list_id
     WHERE l.contact_id = @id
    UNION ALL
    SELECT s.created_at, 's', 'suppressed', s.reason, NULL, NULL, NULL, NULL, NULL,
           CASE s.detail WHEN '' THEN s.source ELSE s.detail END
      FROM suppression s JOIN contact c ON c.address = s.address
     WHERE c.id = @id
    UNION ALL
    SELECT created_at, 'c', 'created', '', NULL, NULL, NULL, NULL, NULL, source
      FROM contact
     WHERE id = @id)
   WHERE (at, key) < (@at, @key)
   ORDER BY at DESC, key DESC
   LIMIT @limit
`);

/** What happened to a contact before (at, key), newest first. */
export function timelineBefore(
  db: Connection,
  page: { id: number; at: number; key: string; limit: number },
): TimelineRow[] {
  return selectTimeline(db).all(page);
}
