-- Which workspace this file belongs to, so that the file of another workspace under this file's name is not opened.
-- Writer: the thread that opens the file first.
CREATE TABLE file_identity (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  workspace_id TEXT NOT NULL
) STRICT;
