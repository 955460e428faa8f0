-- Mail that came in from outside for the workspace: bounces, complaints, replies, postmaster mail. Like
-- test_message never replicated, and capped; what it meant is a fact in the journal. Writer: inbound/.
CREATE TABLE received_mail (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at   INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN
                  ('bounce', 'complaint', 'unsubscribe', 'report', 'auto_reply', 'reply', 'role')),
  is_personal   INTEGER NOT NULL CHECK (is_personal IN (0, 1)),  -- reply and role: trimmed apart from the rest
  envelope_from TEXT NOT NULL,
  envelope_to   TEXT NOT NULL,
  header_from   TEXT NOT NULL,
  subject       TEXT NOT NULL,
  size_bytes    INTEGER NOT NULL,
  campaign_id   INTEGER,                         -- the message it is about; NULL = not known
  seq           INTEGER,
  said          TEXT NOT NULL,                   -- what was understood of it: the refusing server's words, …
  raw           BLOB NOT NULL                    -- gzip of the first 1 MiB
) STRICT;
CREATE INDEX received_mail_list ON received_mail
  (kind, id, received_at, envelope_from, envelope_to, header_from, subject, size_bytes, campaign_id, seq, said);
CREATE INDEX received_mail_trim ON received_mail (is_personal, id);
