-- Which main file the present write-ahead log was begun on, as in the workspaces' files: an older or newer copy of
-- system.db beside a log is recognised. Writer: platform/db, on the main thread.
CREATE TABLE log_base (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  log  TEXT NOT NULL,                            -- salts of the log that was last seen; '' = none yet
  sure INTEGER,                                  -- stamp that was committed to that log or an earlier one
  base INTEGER                                   -- stamp that the main file had when that log was begun; NULL = unknown
) STRICT;
INSERT INTO log_base VALUES (1, '', NULL, NULL);
