import { openDatabases } from "../../../server/platform/db/databases.ts";

const CAMPAIGNS = 200;
const MINUTE_MS = 60_000;

/**
 * Adds the history of years of sending: 200 campaigns with counters by the minute, chunks of the first campaign, its
 * messages that failed for many reasons, and suppressions.
 */
export function seedHistory(dataDir: string, workspaceId: string, contacts: number): void {
  const databases = openDatabases(dataDir);
  const db = databases.workspace(workspaceId);
  const now = Date.now();
  const params = { now, contacts, minute: MINUTE_MS, campaigns: CAMPAIGNS };
  const run = (sql: string) => db.prepare(sql).run(params);
  db.transaction(() => {
    run(`WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < @campaigns)
         INSERT INTO campaign (id, name, status, created_by, created_at, updated_at, launched_at)
         SELECT i, 'Old campaign ' || i, 'completed', '', @now - i * @minute * 200, @now - i * @minute * 200,
                @now - i * @minute * 200
           FROM n WHERE @contacts > 0`);
    run(`UPDATE campaign SET audience = '{"everyone":true,"includeLists":[],"excludeLists":[]}'
          WHERE @now > 0 AND @contacts > 0 AND @minute > 0 AND @campaigns > 0`);
    run(`UPDATE campaign SET launched_at = @now - @minute * 200
          WHERE id = 1 AND @contacts > 0 AND @campaigns > 0`);
    // Fifteen metrics, each as a total and by the minute for three hours.
    run(`WITH RECURSIVE b (bucket) AS (SELECT 0 UNION ALL SELECT bucket + 1 FROM b WHERE bucket < 180),
              m (metric) AS (VALUES ('sent'), ('bounced'), ('failed'), ('skipped'), ('open_human'), ('open_human_unique'),
                ('open_machine'), ('open_machine_unique'), ('click_human'), ('click_human_unique'), ('click_machine'),
                ('click_machine_unique'), ('view_human'), ('unsubscribe'), ('complaint'))
         INSERT INTO campaign_count (campaign_id, metric, bucket, n)
         SELECT c.id, m.metric, CASE b.bucket WHEN 0 THEN 0 ELSE @now - (@campaigns * 200 - b.bucket) * @minute END,
                1000
           FROM campaign c, m, b WHERE @contacts > 0`);
    run(`UPDATE message SET state = CASE seq % 3 WHEN 0 THEN 4 WHEN 1 THEN 5 ELSE 6 END,
                            reason = 'reason ' || (seq % 40)
          WHERE campaign_id = 1 AND seq % 17 = 0 AND @now > 0 AND @contacts > 0 AND @minute > 0 AND @campaigns > 0`);
    run(`INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending, sent, bounced, failed, skipped)
         SELECT 1, (seq - 1) / 1000, CASE ((seq - 1) / 1000) % 4 WHEN 0 THEN 'google' WHEN 1 THEN 'microsoft' ELSE 'other' END,
                min(seq), max(seq), 0, sum(state = 3), sum(state = 4), sum(state = 5), sum(state = 6)
           FROM message WHERE campaign_id = 1 AND @now > 0 AND @contacts > 0 AND @minute > 0 AND @campaigns > 0
          GROUP BY (seq - 1) / 1000`);
    run(`INSERT INTO suppression (address, reason, created_at)
         SELECT address, CASE id % 3 WHEN 0 THEN 'unsubscribed' WHEN 1 THEN 'hard_bounce' ELSE 'manual' END, @now
           FROM contact WHERE id % 20 = 0 AND @contacts > 0 AND @minute > 0 AND @campaigns > 0`);
  })();
  db.pragma("wal_checkpoint(TRUNCATE)");
  databases.close();
}
