-- Mail from outside for the workspace: bounces, complaints, replies, postmaster mail. Like test_message it is never
-- replicated and limited in size; its effect is a fact in the journal.
-- Writers: inbound/, and features/privacy, which deletes the mail of erased people.
CREATE TABLE received_mail (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at   INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN
                  ('bounce', 'complaint', 'unsubscribe', 'report', 'auto_reply', 'reply', 'role')),
  is_personal   INTEGER NOT NULL CHECK (is_personal IN (0, 1)),  -- reply and role have a limit of their own
  envelope_from TEXT NOT NULL,
  envelope_to   TEXT NOT NULL,
  header_from   TEXT NOT NULL,
  subject       TEXT NOT NULL,
  size_bytes    INTEGER NOT NULL,
  campaign_id   INTEGER,                         -- the message it is about; NULL = unknown
  seq           INTEGER,
  said          TEXT NOT NULL,                   -- summary of its contents, such as the server's reply
  raw           BLOB NOT NULL                    -- gzip of the first 1 MiB
) STRICT;
CREATE INDEX received_mail_list ON received_mail
  (kind, id, received_at, envelope_from, envelope_to, header_from, subject, size_bytes, campaign_id, seq, said);
CREATE INDEX received_mail_trim ON received_mail (is_personal, id);
