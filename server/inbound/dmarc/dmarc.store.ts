import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { DmarcReport, DmarcRow } from "./read-report.ts";

const KEEP_MS = 400 * DAY_MS;

const insertReport = statement<[Omit<DmarcReport, "rows"> & { now: number }]>(`
  INSERT INTO dmarc_report (domain, organization, report_id, begin_at, end_at, policy, received_at)
  VALUES (@domain, @organization, @reportId, @beginAt, @endAt, @policy, @now)
  ON CONFLICT DO NOTHING
`);

const insertRow = statement<[DmarcRow & { id: number; rowNo: number }]>(`
  INSERT INTO dmarc_row (report_id, row_no, source_ip, header_from, messages, disposition, dkim, spf)
  VALUES (@id, @rowNo, @sourceIp, @headerFrom, @messages, @disposition, @dkim, @spf)
`);

const deleteOld = statement<[before: number]>("DELETE FROM dmarc_report WHERE begin_at < ?");

const selectDomains = statement<[], { name: string; verified: number }>(
  "SELECT name, verified_at IS NOT NULL AS verified FROM sending_domain",
);

/** Stores a report and deletes those that are too old; false when the report was already stored. */
export function addReport(db: Connection, report: DmarcReport, now: number): boolean {
  return inTransaction(db, () => {
    deleteOld(db).run(now - KEEP_MS);
    const { rows, ...head } = report;
    const { changes, lastInsertRowid } = insertReport(db).run({ ...head, now });
    if (changes === 0) {
      return false;
    }
    for (const [rowNo, row] of rows.entries()) {
      insertRow(db).run({ ...row, id: Number(lastInsertRowid), rowNo });
    }
    return true;
  });
}

/** The workspace's sending domains, and whether each is verified. */
export function sendingDomains(db: Connection): { name: string; isVerified: boolean }[] {
  return selectDomains(db)
    .all()
    .map(({ name, verified }) => ({ name, isVerified: verified === 1 }));
}
