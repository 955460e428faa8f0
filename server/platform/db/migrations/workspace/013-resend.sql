-- Messages that someone has had sent again. Writer: delivery's writer thread (delivery/queue/requeue.store.ts).
CREATE TABLE message_run (
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  run         INTEGER NOT NULL,                  -- 1 = sent again for the first time
  since       INTEGER NOT NULL,                  -- earlier attempts and reports no longer count
  PRIMARY KEY (campaign_id, seq)
) STRICT, WITHOUT ROWID;
