-- Privacy requests become tasks. What a request is about is in a table beside it.

-- New ids are above all that a task or a request ever had, so that an old id, or the pseudonym made from it, never means
-- another request.
INSERT INTO task (id, kind, payload, state, done_count, error, created_by, created_at, started_at, finished_at, former_id)
  SELECT id + (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name IN ('task', 'privacy_request')),
         CASE kind WHEN 'export' THEN 'person_export' ELSE 'person_erase' END, '{}',
         CASE state WHEN 'running' THEN 'queued' ELSE state END,
         (SELECT coalesce(sum(value), 0) FROM json_each(result) WHERE type = 'integer'), error, created_by, created_at,
         CASE WHEN state IN ('queued', 'running') THEN NULL ELSE created_at END, finished_at, id
    FROM privacy_request ORDER BY id;
INSERT INTO task_file (task_id, name, size_bytes, expires_at)
  SELECT t.id, r.file_path, r.size_bytes, r.expires_at
    FROM privacy_request r JOIN task t ON t.kind = 'person_export' AND t.former_id = r.id
   WHERE r.file_path IS NOT NULL
   ORDER BY t.id;

-- Whom a privacy request is about, and what came of it. Writer: features/privacy.
CREATE TABLE person_request (
  task_id    INTEGER PRIMARY KEY REFERENCES task (id),
  kind       TEXT NOT NULL CHECK (kind IN ('export', 'erase')),
  contact_id INTEGER,                            -- NULL when no contact has the address
  address    TEXT,                               -- NULL once it is erased; an erasure with an address has not happened
  result     TEXT NOT NULL DEFAULT '{}'          -- JSON: numbers per kind of data
) STRICT;
INSERT INTO person_request (task_id, kind, contact_id, address, result)
  SELECT t.id, r.kind, r.contact_id, r.address, r.result
    FROM privacy_request r
    JOIN task t ON t.kind IN ('person_export', 'person_erase') AND t.former_id = r.id
   ORDER BY t.id;
DROP TABLE privacy_request;

-- A person who has requested erasure is no longer mailed, even while the erasure is pending or has failed.
CREATE INDEX person_request_erasing ON person_request (contact_id) WHERE kind = 'erase' AND address IS NOT NULL;
CREATE TRIGGER consent_erasure_asked AFTER INSERT ON person_request WHEN NEW.kind = 'erase' BEGIN
  UPDATE consent_version SET n = n + 1;
END;
