import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type RequestKind = "export" | "erase";

/** A request with the state of its task, and the file of an export. */
export type RequestRow = {
  id: number;
  kind: RequestKind;
  contactId: number | null;
  address: string | null;
  state: "queued" | "running" | "done" | "failed";
  result: string;
  fileName: string | null;
  sizeBytes: number;
  error: string | null;
  createdBy: string;
  createdAt: number;
  finishedAt: number | null;
  expiresAt: number | null;
};

// There are fewer requests than tasks, so they are read first.
const SELECT = `
  SELECT t.id, r.kind, r.contact_id AS contactId, r.address, t.state, r.result, f.name AS fileName,
         coalesce(f.size_bytes, 0) AS sizeBytes, t.error, t.created_by AS createdBy, t.created_at AS createdAt,
         t.finished_at AS finishedAt, f.expires_at AS expiresAt
    FROM person_request r CROSS JOIN task t ON t.id = r.task_id
    LEFT JOIN task_file f ON f.task_id = t.id`;

type NewRequest = { id: number; kind: RequestKind; contactId: number | null; address: string };

const insertRow = statement<[NewRequest]>(`
  INSERT INTO person_request (task_id, kind, contact_id, address) VALUES (@id, @kind, @contactId, @address)
`);

const selectRow = statement<[id: number], RequestRow>(`${SELECT} WHERE r.task_id = ?`);

const selectPage = statement<[before: number, limit: number], RequestRow>(
  `${SELECT} WHERE r.task_id < ? ORDER BY r.task_id DESC LIMIT ?`,
);

const updateResult = statement<[result: string, id: number]>(
  "UPDATE person_request SET result = ? WHERE task_id = ?",
);

const updateErased = statement<[result: string, id: number]>(
  "UPDATE person_request SET result = ?, address = NULL WHERE task_id = ?",
);

const forgetPerson = statement<[{ contactId: number | null; address: string }]>(`
  UPDATE person_request SET address = NULL
   WHERE kind = 'export' AND (contact_id = @contactId OR address = @address)
`);

/** Adds what a task that was just started is about, in the same transaction. */
export function insertRequest(db: Connection, request: NewRequest): void {
  insertRow(db).run(request);
}

export const findRequest = (db: Connection, id: number): RequestRow | undefined =>
  selectRow(db).get(id);

export const requestsBefore = (db: Connection, before: number, limit: number): RequestRow[] =>
  selectPage(db).all(before, limit);

/** Stores what an export found. */
export function storeResult(db: Connection, id: number, result: string): void {
  updateResult(db).run(result, id);
}

/** Stores what an erasure changed and deletes its address, in the transaction of the erasure. */
export function storeErasure(db: Connection, id: number, result: string): void {
  updateErased(db).run(result, id);
}

/** Removes an erased person from earlier requests. */
export function forgetInRequests(
  db: Connection,
  { contactId, address }: { contactId: number | null; address: string },
): void {
  forgetPerson(db).run({ contactId, address });
}

/** Objects that a person must check after an erasure, by id: their names could contain the erased data. */
export type ToCheck = { segments: number[]; campaigns: number[] };

type Named = { kind: "segment" | "campaign"; id: number; name: string };
const selectNamed = statement<[ToCheckParams], Named>(`
  SELECT 'segment' AS kind, id, name FROM segment WHERE id IN (SELECT value FROM json_each(@segments))
  UNION ALL
  SELECT 'campaign', id, name FROM campaign
   WHERE id IN (SELECT value FROM json_each(@campaigns)) AND deleted_at IS NULL
`);
type ToCheckParams = { segments: string; campaigns: string };

/** Those objects that still exist, with their current names. */
export const toCheckNow = (db: Connection, { segments, campaigns }: ToCheck): Named[] =>
  segments.length + campaigns.length === 0
    ? []
    : selectNamed(db).all({
        segments: JSON.stringify(segments),
        campaigns: JSON.stringify(campaigns),
      });
