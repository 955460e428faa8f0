import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

type Filter = { since: number; domain: string };

const rows = `
    FROM dmarc_report
    JOIN dmarc_row ON dmarc_row.report_id = dmarc_report.id
   WHERE dmarc_report.begin_at >= @since AND (@domain = '' OR dmarc_report.domain = @domain)`;
const sums = `
  SUM(messages) AS messages,
  SUM(CASE WHEN dkim = 1 OR spf = 1 THEN messages ELSE 0 END) AS passed,
  SUM(CASE WHEN dkim = 1 THEN messages ELSE 0 END) AS dkim,
  SUM(CASE WHEN spf = 1 THEN messages ELSE 0 END) AS spf`;

export type DmarcSums = { messages: number; passed: number; dkim: number; spf: number };

const selectDomains = statement<[Filter], DmarcSums & { domain: string; policy: string }>(`
  SELECT domain, MAX(policy) AS policy, ${sums} ${rows}
   GROUP BY domain ORDER BY messages DESC LIMIT 200
`);

const selectDays = statement<[Filter], DmarcSums & { day: number }>(`
  SELECT begin_at / 86400000 * 86400000 AS day, ${sums} ${rows}
   GROUP BY day ORDER BY day
`);

const selectSources = statement<
  [Filter],
  DmarcSums & { sourceIp: string; headerFrom: string; held: number }
>(`
  SELECT source_ip AS sourceIp, MAX(header_from) AS headerFrom, ${sums},
         SUM(CASE WHEN disposition <> 'none' THEN messages ELSE 0 END) AS held ${rows}
   GROUP BY source_ip ORDER BY SUM(messages) - passed DESC, messages DESC LIMIT 200
`);

const selectReports = statement<
  [Filter],
  { organization: string; domain: string; beginAt: number; endAt: number; receivedAt: number }
>(`
  SELECT organization, domain, begin_at AS beginAt, end_at AS endAt, received_at AS receivedAt
    FROM dmarc_report
   WHERE begin_at >= @since AND (@domain = '' OR domain = @domain)
   ORDER BY id DESC LIMIT 50
`);

export const sumByDomain = (db: Connection, filter: Filter) => selectDomains(db).all(filter);
export const sumByDay = (db: Connection, filter: Filter) => selectDays(db).all(filter);
export const sumBySource = (db: Connection, filter: Filter) => selectSources(db).all(filter);
export const newestReports = (db: Connection, filter: Filter) => selectReports(db).all(filter);
