import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type StoredEvent = {
  id: number;
  name: string;
  contactId: number;
  at: number;
  receivedAt: number;
  properties: string;
  key: string | null;
};

const upsertName = statement<[{ name: string; at: number }], { id: number }>(`
  INSERT INTO event_name (name, event_count, last_at) VALUES (@name, 1, @at)
  ON CONFLICT (name) DO UPDATE
     SET event_count = event_count + 1, last_at = max(last_at, excluded.last_at)
  RETURNING id
`);

const selectNames = statement<[], { name: string; count: number; lastAt: number }>(`
  SELECT name, event_count AS count, last_at AS lastAt FROM event_name ORDER BY name
`);

const countNames = statement<[], { n: number }>("SELECT count(*) AS n FROM event_name");
const selectName = statement<[name: string], { id: number }>(
  "SELECT id FROM event_name WHERE name = ?",
);

type NewEvent = {
  nameId: number;
  contactId: number;
  at: number;
  now: number;
  properties: string;
  key: string | null;
};

const insertRow = statement<[NewEvent], { id: number }>(`
  INSERT INTO custom_event (name_id, contact_id, at, received_at, properties, key)
  VALUES (@nameId, @contactId, @at, @now, @properties, @key)
  RETURNING id
`);

const selectByKey = statement<[key: string], { id: number }>(
  "SELECT id FROM custom_event WHERE key = ?",
);

const selectOfContact = statement<
  [{ contactId: number; at: number; id: number; limit: number }],
  StoredEvent
>(`
  SELECT e.id, n.name, e.contact_id AS contactId, e.at, e.received_at AS receivedAt, e.properties, e.key
    FROM custom_event e JOIN event_name n ON n.id = e.name_id
   WHERE e.contact_id = @contactId AND (e.at, e.id) < (@at, @id)
   ORDER BY e.at DESC, e.id DESC
   LIMIT @limit
`);

// Events are deleted in order of arrival, so that a run stops at the first event that must be kept.
const deleteOld = statement<[{ before: number; limit: number }]>(`
  DELETE FROM custom_event
   WHERE id IN (SELECT id FROM (SELECT id, received_at FROM custom_event ORDER BY id LIMIT @limit)
                 WHERE received_at < @before)
`);

/** Counts one more event of a name and returns the name's id. */
export function countName(db: Connection, name: string, at: number): number {
  const row = upsertName(db).get({ name, at });
  if (row === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return row.id;
}

export const hasName = (db: Connection, name: string): boolean =>
  selectName(db).get(name) !== undefined;
export const nameCount = (db: Connection): number => countNames(db).get()?.n ?? 0;

/** The event names in use, with the number of events. */
export const eventNames = (db: Connection) => selectNames(db).all();

export function insertEvent(db: Connection, event: NewEvent): number {
  return insertRow(db).get(event)?.id ?? 0;
}

/** The event that was already sent with this key. */
export const findEventByKey = (db: Connection, key: string): number | undefined =>
  selectByKey(db).get(key)?.id;

/** A contact's events before (at, id), newest first. */
export const eventsOf = (
  db: Connection,
  page: { contactId: number; at: number; id: number; limit: number },
): StoredEvent[] => selectOfContact(db).all(page);

/** Deletes old events among the `limit` oldest. Returns how many. */
export const removeEventsBefore = (db: Connection, before: number, limit: number): number =>
  deleteOld(db).run({ before, limit }).changes;
