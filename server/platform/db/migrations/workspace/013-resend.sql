-- Messages that somebody asked to send again. Writer: the writer thread (delivery/requeue.store.ts).
CREATE TABLE message_run (
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  run         INTEGER NOT NULL,                  -- 1 = the first time it is sent again
  since       INTEGER NOT NULL,                  -- attempts and reports before it count for nothing
  PRIMARY KEY (campaign_id, seq)
) STRICT, WITHOUT ROWID;
