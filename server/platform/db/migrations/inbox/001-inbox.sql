-- The test inbox of one workspace, in local/inbox_<id>.db. Never replicated; limited in size.
-- Writers: inbound/, and features/privacy, which deletes the mail of erased people.
CREATE TABLE test_message (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at   INTEGER NOT NULL,
  envelope_from TEXT NOT NULL,
  envelope_to   TEXT NOT NULL,
  message_id    TEXT NOT NULL,
  subject       TEXT NOT NULL,
  size_bytes    INTEGER NOT NULL,
  raw           BLOB NOT NULL                    -- gzip
) STRICT;
CREATE INDEX test_message_to ON test_message (envelope_to, id);
CREATE INDEX test_message_message_id ON test_message (message_id);
-- Contains all columns that the list shows and searches, so that a search does not read the stored messages.
CREATE INDEX test_message_list ON test_message
  (id, received_at, envelope_from, envelope_to, subject, size_bytes);
