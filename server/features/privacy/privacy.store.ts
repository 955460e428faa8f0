import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type RequestKind = "export" | "erase";

export type RequestRow = {
  id: number;
  kind: RequestKind;
  contactId: number | null;
  address: string | null;
  state: "queued" | "running" | "done" | "failed";
  result: string;
  filePath: string | null;
  sizeBytes: number;
  error: string | null;
  createdBy: string;
  createdAt: number;
  finishedAt: number | null;
  expiresAt: number | null;
};

const columns = `id, kind, contact_id AS contactId, address, state, result, file_path AS filePath,
  size_bytes AS sizeBytes, error, created_by AS createdBy, created_at AS createdAt,
  finished_at AS finishedAt, expires_at AS expiresAt`;

type NewRequest = Pick<RequestRow, "kind" | "contactId" | "address" | "filePath" | "createdBy"> & {
  now: number;
};

const insertRow = statement<[NewRequest], RequestRow>(`
  INSERT INTO privacy_request (kind, contact_id, address, state, file_path, created_by, created_at)
  VALUES (@kind, @contactId, @address, 'queued', @filePath, @createdBy, @now)
  RETURNING ${columns}
`);

const selectRow = statement<[id: number], RequestRow>(
  `SELECT ${columns} FROM privacy_request WHERE id = ?`,
);

const selectPage = statement<[before: number, limit: number], RequestRow>(
  `SELECT ${columns} FROM privacy_request WHERE id < ? ORDER BY id DESC LIMIT ?`,
);

const closeRow = statement<
  [
    {
      id: number;
      state: "done" | "failed";
      result: string;
      sizeBytes: number;
      error: string | null;
      now: number;
      expiresAt: number | null;
    },
  ]
>(`
  UPDATE privacy_request
     SET state = @state, result = @result, size_bytes = @sizeBytes, error = @error,
         finished_at = @now, expires_at = @expiresAt,
         address = CASE WHEN kind = 'erase' AND @state = 'done' THEN NULL ELSE address END
   WHERE id = @id AND state IN ('queued', 'running')
`);

const selectFilesOf = statement<
  [{ contactId: number | null; address: string }],
  { filePath: string | null }
>(`
  SELECT file_path AS filePath FROM privacy_request
   WHERE kind = 'export' AND (contact_id = @contactId OR address = @address)
`);

const forgetPerson = statement<[{ contactId: number | null; address: string; now: number }]>(`
  UPDATE privacy_request
     SET address = NULL, expires_at = CASE kind WHEN 'export' THEN @now ELSE expires_at END
   WHERE kind = 'export' AND (contact_id = @contactId OR address = @address)
`);

export function insertRequest(db: Connection, request: NewRequest): RequestRow {
  const row = insertRow(db).get(request);
  if (row === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return row;
}

export function findRequest(db: Connection, id: number): RequestRow | undefined {
  return selectRow(db).get(id);
}

export function requestsBefore(db: Connection, before: number, limit: number): RequestRow[] {
  return selectPage(db).all(before, limit);
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

/** Completes a request. An erasure also deletes its address. */
export function closeRequest(
  db: Connection,
  end: {
    id: number;
    state: "done" | "failed";
    result: string;
    sizeBytes: number;
    error: string | null;
    now: number;
    expiresAt: number | null;
  },
): void {
  closeRow(db).run(end);
}

/** Removes a person from earlier requests. Returns the files that contain their data. */
export function forgetInRequests(
  db: Connection,
  person: { contactId: number | null; address: string; now: number },
): string[] {
  const { contactId, address } = person;
  const files = selectFilesOf(db).all({ contactId, address });
  forgetPerson(db).run(person);
  return files.flatMap(({ filePath }) => filePath ?? []);
}
