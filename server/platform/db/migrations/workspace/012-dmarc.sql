-- DMARC aggregate reports, in which receivers report on a domain's mail; kept for 400 days. Writer of both tables:
-- inbound/.
CREATE TABLE dmarc_report (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  domain       TEXT NOT NULL,                    -- the domain whose policy was evaluated
  organization TEXT NOT NULL,                    -- the receiver that reports
  report_id    TEXT NOT NULL,
  begin_at     INTEGER NOT NULL,
  end_at       INTEGER NOT NULL,
  policy       TEXT NOT NULL,
  received_at  INTEGER NOT NULL,
  UNIQUE (domain, organization, report_id)
) STRICT;
CREATE INDEX dmarc_report_time ON dmarc_report (begin_at);

-- Writer: inbound/.
CREATE TABLE dmarc_row (
  report_id   INTEGER NOT NULL REFERENCES dmarc_report (id) ON DELETE CASCADE,
  row_no      INTEGER NOT NULL,
  source_ip   TEXT NOT NULL,
  header_from TEXT NOT NULL,
  messages    INTEGER NOT NULL,
  disposition TEXT NOT NULL CHECK (disposition IN ('none', 'quarantine', 'reject')),
  dkim        INTEGER NOT NULL CHECK (dkim IN (0, 1)),   -- 1 = passed and aligned
  spf         INTEGER NOT NULL CHECK (spf IN (0, 1)),
  PRIMARY KEY (report_id, row_no)
) STRICT, WITHOUT ROWID;
