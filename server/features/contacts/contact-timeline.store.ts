import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export const timelineKinds = [
  "created",
  "message",
  "event",
  "list",
  "suppressed",
  "note",
  "edit",
  "consent",
  "custom_event",
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

/** One event of a contact's timeline. Properties that do not apply to its kind are null. */
export type TimelineRow = {
  at: number;
  /** Orders events of the same millisecond. */
  key: string;
  kind: TimelineKind;
  /** Status of the message, kind of event, status in the list, or reason of the suppression. */
  what: string;
  campaignId: number | null;
  campaignName: string | null;
  seq: number | null;
  listId: number | null;
  listName: string | null;
  detail: string;
  /** Who did it, when known: user id, `key:<id>`, `bulk:<id>` or `contact`. */
  actor: string | null;
};

// Everything is read by contact id: a person has hundreds of events, not millions.
const selectTimeline = statement<
  [{ id: number; at: number; key: string; kinds: string; limit: number }],
  TimelineRow
>(`
  SELECT * FROM (
    SELECT m.changed_at AS at, 'm' || m.campaign_id AS key, 'message' AS kind,
           CASE m.state WHEN 0 THEN 'pending' WHEN 1 THEN 'deferred' WHEN 2 THEN 'held'
                        WHEN 3 THEN 'sent' WHEN 4 THEN 'bounced' WHEN 5 THEN 'failed'
                        ELSE 'skipped' END AS what,
           m.campaign_id AS campaignId, c.name AS campaignName, m.seq AS seq,
           NULL AS listId, NULL AS listName, m.reason AS detail, NULL AS actor
      FROM message m JOIN campaign c ON c.id = m.campaign_id
     WHERE m.contact_id = @id AND m.changed_at IS NOT NULL
    UNION ALL
    SELECT e.at, 'e' || e.id, 'event', e.kind, e.campaign_id, c.name, e.seq, NULL, NULL, e.class, NULL
      FROM event e LEFT JOIN campaign c ON c.id = e.campaign_id
     WHERE e.contact_id = @id
    UNION ALL
    SELECT l.changed_at, 'l' || l.list_id, 'list', l.status, NULL, NULL, NULL, l.list_id, n.name,
           CASE l.reason WHEN '' THEN l.source ELSE l.reason END, NULL
      FROM list_contact l JOIN list n ON n.id = l.list_id
     WHERE l.contact_id = @id
    UNION ALL
    SELECT s.created_at, 's', 'suppressed', s.reason, NULL, NULL, NULL, NULL, NULL,
           CASE s.detail WHEN '' THEN s.source ELSE s.detail END, NULL
      FROM suppression s JOIN contact c ON c.address = s.address
     WHERE c.id = @id
    UNION ALL
    SELECT created_at, 'c', 'created', '', NULL, NULL, NULL, NULL, NULL, source, NULL
      FROM contact
     WHERE id = @id
    UNION ALL
    SELECT n.created_at, 'n' || n.id, 'note', n.id, NULL, NULL, NULL, NULL, NULL, n.text, n.created_by
      FROM contact_note n
     WHERE n.contact_id = @id
    UNION ALL
    SELECT h.at, 'h' || h.id, 'edit', h.kind, NULL, NULL, NULL, NULL, NULL, h.detail, h.actor
      FROM contact_change h
     WHERE h.contact_id = @id
    UNION ALL
    SELECT g.at, 'g' || g.id, 'consent', g.action, NULL, NULL, NULL, NULL, NULL,
           CASE g.detail WHEN '' THEN g.source ELSE g.detail END, g.actor
      FROM consent g
     WHERE g.contact_id IN (SELECT @id UNION ALL SELECT from_id FROM contact_merge WHERE contact_id = @id)
    UNION ALL
    SELECT x.at, 'x' || x.id, 'custom_event', y.name, NULL, NULL, NULL, NULL, NULL, x.properties, NULL
      FROM custom_event x JOIN event_name y ON y.id = x.name_id
     WHERE x.contact_id = @id)
   WHERE (at, key) < (@at, @key)
     AND (@kinds = '[]' OR kind IN (SELECT value FROM json_each(@kinds)))
   ORDER BY at DESC, key DESC
   LIMIT @limit
`);

/** A contact's timeline before (at, key), newest first. */
export function timelineBefore(
  db: Connection,
  page: { id: number; at: number; key: string; kinds: readonly TimelineKind[]; limit: number },
): TimelineRow[] {
  return selectTimeline(db).all({ ...page, kinds: JSON.stringify(page.kinds) });
}
