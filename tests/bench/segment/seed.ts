import { openDatabases } from "../../../server/platform/db/databases.ts";

/**
 * Writes contacts with five typed fields, two lists, a tag, and four campaigns to all of them with opens (two fifths by
 * machines) and clicks. Writes straight into the file, in page order.
 */
export function seedPeople(dataDir: string, workspaceId: string, contacts: number, campaigns = 4) {
  const databases = openDatabases(dataDir);
  const db = databases.workspace(workspaceId);
  const now = Date.now();
  const dropped = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('contact', 'list_contact', 'event', 'message')",
    )
    .all();
  const triggers = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('list_contact', 'contact_tag')",
    )
    .all();
  const each =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @contacts)";
  const params = { contacts, now };
  const run = (sql: string, extra: Record<string, number> = {}) =>
    db.prepare(sql).run({ ...params, ...extra });
  db.transaction(() => {
    for (const { name } of dropped) {
      db.exec(`DROP INDEX ${name}`);
    }
    for (const { name } of triggers) {
      db.exec(`DROP TRIGGER ${name}`);
    }
    db.exec("DELETE FROM contact");
    for (const [key, type] of Object.entries({
      plan: "choice",
      score: "number",
      city: "text",
      renewal: "date",
      vip: "boolean",
    })) {
      db.prepare(
        "INSERT INTO contact_field (key, label, type, choices, created_at) VALUES (?, ?, ?, ?, 0)",
      ).run(key, key, type, key === "plan" ? '["pro","free","team","trial"]' : "[]");
    }
    run(`${each} INSERT INTO contact (id, email, address, domain, first_name, last_name, language, fields, source,
                                      name_key, last_key, created_at, updated_at)
         SELECT i, 'p' || i || '@example' || (i % 50) || '.com', 'p' || i || '@example' || (i % 50) || '.com',
                'example' || (i % 50) || '.com', 'First' || (i % 1000), 'Last' || (i % 5000),
                CASE i % 3 WHEN 0 THEN 'de' ELSE 'en' END,
                json_object('plan', CASE (i * 7919) % 4 WHEN 0 THEN 'pro' WHEN 1 THEN 'free' WHEN 2 THEN 'team' ELSE 'trial' END,
                            'score', (i * 104729) % 1000, 'city', 'City ' || ((i * 31 + i / 7) % 300),
                            'renewal', date(@now / 1000, 'unixepoch', ((i * 17) % 730 - 365) || ' days'),
                            'vip', json(CASE i % 7 WHEN 0 THEN 'true' ELSE 'false' END)),
                'import:1', 'first' || (i % 1000) || ' last' || (i % 5000),
                'last' || (i % 5000) || ' first' || (i % 1000), @now - i * 60000, @now
           FROM n`);
    db.exec(
      "INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'News', 'news', 0, 0), (2, 'Offers', 'offers', 0, 0)",
    );
    run(`INSERT INTO list_contact SELECT 1, id, CASE id % 10 WHEN 0 THEN 'unsubscribed' ELSE 'subscribed' END, @now, 'import:1', ''
           FROM contact WHERE (id * 31) % 10 < 6 AND @contacts > 0`);
    run(
      "INSERT INTO list_contact SELECT 2, id, 'subscribed', @now, 'import:1', '' FROM contact WHERE (id * 17) % 10 < 3 AND @contacts > 0",
    );
    db.exec("INSERT INTO tag (id, name, name_key, created_at) VALUES (1, 'Early', 'early', 0)");
    db.exec("INSERT INTO contact_tag SELECT 1, id FROM contact WHERE id % 5 = 0");
    for (let campaign = 1; campaign <= campaigns; campaign++) {
      seedCampaign(run, campaign);
    }
    run("UPDATE audience_count SET n = @contacts WHERE name = 'contacts' AND @now > 0");
    db.exec(`UPDATE list SET subscribed_count = (SELECT count(*) FROM list_contact WHERE list_id = list.id AND status = 'subscribed');
             UPDATE tag SET contact_count = (SELECT count(*) FROM contact_tag WHERE tag_id = tag.id)`);
    for (const { sql } of [...dropped, ...triggers]) {
      db.exec(sql);
    }
  })();
  db.pragma("wal_checkpoint(TRUNCATE)");
  databases.close();
  return { bytesPerContact: () => bytesPerContact(dataDir, workspaceId, contacts) };
}

type Run = (sql: string, extra?: Record<string, number>) => unknown;

function seedCampaign(run: Run, campaign: number): void {
  run(
    `INSERT INTO campaign (id, name, status, created_by, created_at, updated_at) SELECT @campaign, 'Campaign ' || @campaign, 'completed', '', @now, @now WHERE @contacts > 0`,
    { campaign },
  );
  run(
    `INSERT INTO message (campaign_id, seq, contact_id, address, state, attempts, changed_at)
     SELECT @campaign, id, id, address, CASE id % 97 WHEN 0 THEN 4 ELSE 3 END, 1, @now - @campaign * 86400000 * 12
       FROM contact WHERE @contacts > 0`,
    { campaign },
  );
  run(
    `INSERT INTO event (at, kind, campaign_id, seq, contact_id, link_no, class, rule)
     SELECT @now - @campaign * 86400000 * 12 + (id % 600) * 60000, 'open', @campaign, id, id, NULL,
            CASE (id * 13) % 5 WHEN 0 THEN 'apple_mpp' WHEN 1 THEN 'gmail_proxy' ELSE 'human' END, 'seed'
       FROM contact WHERE (id * 7 + @campaign * 3) % 10 < 4 AND @contacts > 0`,
    { campaign },
  );
  run(
    `INSERT INTO event (at, kind, campaign_id, seq, contact_id, link_no, class, rule)
     SELECT @now - @campaign * 86400000 * 12 + (id % 600) * 60000, 'click', @campaign, id, id, 1 + id % 3, 'human', 'seed'
       FROM contact WHERE (id * 11 + @campaign) % 100 < 8 AND @contacts > 0`,
    { campaign },
  );
}

/** The tables that segments read, and their size. */
function bytesPerContact(dataDir: string, workspaceId: string, contacts: number) {
  const databases = openDatabases(dataDir);
  const rows = databases
    .workspace(workspaceId)
    .prepare<[], { name: string; bytes: number }>(
      `SELECT name, sum(pgsize) AS bytes FROM dbstat
        WHERE name LIKE 'contact_field_%' AND name NOT LIKE 'sqlite%' OR name IN ('event_human', 'contact_tag', 'contact_tag_by_contact', 'list_contact', 'contact', 'event', 'event_contact')
        GROUP BY name ORDER BY name`,
    )
    .all();
  databases.close();
  return Object.fromEntries(
    rows.map(({ name, bytes }) => [name, Math.round((bytes / contacts) * 10) / 10]),
  );
}
