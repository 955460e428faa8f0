import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** Retention periods in days; null keeps data forever. */
export type RetentionRow = {
  noConsentDays: number | null;
  engagementDays: number | null;
  ipDays: number | null;
  updatedAt: number;
  runAt: number | null;
};

const selectRow = statement<[], RetentionRow & { ipPosition: number }>(`
  SELECT no_consent_days AS noConsentDays, engagement_days AS engagementDays, ip_days AS ipDays,
         ip_position AS ipPosition, updated_at AS updatedAt, run_at AS runAt
    FROM retention WHERE id = 1
`);

const updateRow = statement<[Omit<RetentionRow, "runAt">]>(`
  UPDATE retention
     SET no_consent_days = @noConsentDays, engagement_days = @engagementDays, ip_days = @ipDays,
         updated_at = @updatedAt
   WHERE id = 1
`);

const setRun = statement<[now: number]>("UPDATE retention SET run_at = ? WHERE id = 1");
const setPosition = statement<[id: number]>("UPDATE retention SET ip_position = ? WHERE id = 1");

// Reads a fixed number of contacts, oldest first, whether or not they are expired, so that each query is short.
const selectIdle = statement<
  [{ createdAt: number; id: number; before: number; limit: number }],
  { id: number; createdAt: number; idle: number }
>(`
  SELECT c.id, c.created_at AS createdAt,
         NOT EXISTS (SELECT 1 FROM list_contact m
                      WHERE m.contact_id = c.id AND m.status IN ('subscribed', 'pending'))
         AND NOT EXISTS (SELECT 1 FROM consent g WHERE g.contact_id = c.id AND g.action = 'given')
         AND NOT EXISTS (SELECT 1 FROM contact_merge m JOIN consent g ON g.contact_id = m.from_id
                          WHERE m.contact_id = c.id AND g.action = 'given') AS idle
    FROM contact c
   WHERE (c.created_at, c.id) > (@createdAt, @id) AND c.created_at < @before
   ORDER BY c.created_at, c.id
   LIMIT @limit
`);

const selectEvents = statement<
  [{ after: number; limit: number }],
  { id: number; at: number; traced: number }
>(`
  SELECT id, at, ip <> '' OR agent_id <> 0 AS traced FROM event WHERE id > @after ORDER BY id LIMIT @limit
`);

const deleteEvents = statement<[{ after: number; to: number; before: number }]>(
  "DELETE FROM event WHERE id > @after AND id <= @to AND at < @before",
);

const clearTraces = statement<[{ after: number; to: number; before: number }]>(`
  UPDATE event SET ip = '', agent_id = 0
   WHERE id > @after AND id <= @to AND at < @before AND (ip <> '' OR agent_id <> 0)
`);

export function readRetention(db: Connection): RetentionRow & { ipPosition: number } {
  const row = selectRow(db).get();
  if (row === undefined) {
    throw new Error("the workspace has no retention settings");
  }
  return row;
}

export function writeRetention(db: Connection, row: Omit<RetentionRow, "runAt">): void {
  updateRow(db).run(row);
}

export function markRun(db: Connection, now: number): void {
  setRun(db).run(now);
}

/** Contacts created before a time, oldest first from a position, and whether a consent exists for them. */
export function oldContacts(
  db: Connection,
  page: { createdAt: number; id: number; before: number; limit: number },
) {
  return selectIdle(db).all(page);
}

/** Events from a position, in insertion order, which is roughly chronological. */
export function eventsAfter(db: Connection, after: number, limit: number) {
  return selectEvents(db).all({ after, limit });
}

/** Deletes expired events of a slice. Returns how many. */
export function removeEvents(
  db: Connection,
  run: { after: number; to: number; before: number },
): number {
  return deleteEvents(db).run(run).changes;
}

/** Removes IP address and user agent from expired events of a slice, and stores the position. */
export function clearEventTraces(
  db: Connection,
  run: { after: number; to: number; before: number },
): number {
  const { changes } = clearTraces(db).run(run);
  setPosition(db).run(run.to);
  return changes;
}
