import { expect, test } from "bun:test";
import {
  type ContactFilter,
  countByWalk,
  searchContacts,
} from "../../../../server/features/contacts/contact-search.store.ts";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate } from "../../../../server/platform/db/migrate.ts";

function newDb(contacts: number): Connection {
  const db = openConnection(":memory:");
  migrate(db, "workspace");
  db.exec(`
    INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'All', 'all', 0, 0), (2, 'Few', 'few', 0, 0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${contacts})
    INSERT INTO contact (email, address, domain, name_key, last_key, created_at, updated_at)
    SELECT 'c' || i || '@same.example', 'c' || i || '@same.example', 'same.example', 'same name',
           'name same', i / 1000, 0 FROM n;
    INSERT INTO list_contact SELECT 1, id, 'subscribed', 0, '', '' FROM contact;
    INSERT INTO list_contact SELECT 2, id, 'subscribed', 0, '', '' FROM contact WHERE id % 500 = 0;
    INSERT INTO suppression SELECT address, 'unsubscribed', '', '', 0, NULL FROM contact WHERE id % 7 = 0`);
  return db;
}

const filters: ContactFilter[] = [
  {},
  { q: "c1" },
  { q: "same" },
  { q: "same n" },
  { q: "c1@same" },
  { q: "@same" },
  { status: "mailable" },
  { status: "unsubscribed" },
  { status: "suppressed" },
  { list: 1 },
  { list: 2, q: "same" },
  { list: 1, status: "unsubscribed" },
  { list: 1, status: "mailable", q: "same" },
  { createdFrom: 3, createdTo: 7, status: "mailable" },
];

test("every statement of a search uses an index in its order: none scans the table or sorts", () => {
  const db = newDb(30);
  const prepared = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    prepared.add(sql);
    return prepare(sql);
  }) as typeof db.prepare;
  for (const filter of filters) {
    searchContacts(db, { filter, sort: "created", now: 1, limit: 10 });
    countByWalk(db, filter, 1);
  }
  searchContacts(db, { filter: {}, sort: "address", now: 1, limit: 10 });

  const plans = [...prepared].map((sql) => {
    const names = [...sql.matchAll(/@(\w+)/g)].map((match) => [match[1] ?? "", 1]);
    const params = names.length === 0 ? [1] : [Object.fromEntries(names)];
    return (prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params) as { detail: string }[])
      .map((row) => row.detail)
      .join("\n");
  });

  expect(plans.length).toBeGreaterThan(15);
  for (const plan of plans) {
    // The window itself is scanned: it has at most 1,000 entries.
    expect(plan).not.toMatch(/SCAN (?!w\b|\(subquery|\d)/);
    expect(plan).not.toContain("TEMP B-TREE");
  }
});

test("paging through any filter returns each of its contacts once, however many share a key", () => {
  const db = newDb(12_345);
  const expected: [ContactFilter, string][] = [
    [{}, "1"],
    [{ q: "same" }, "1"],
    [{ q: "c1" }, "address LIKE 'c1%'"],
    [{ status: "unsubscribed" }, "id % 7 = 0"],
    [{ status: "mailable", q: "@same" }, "id % 7 <> 0"],
    [{ list: 2, q: "same" }, "id % 500 = 0"],
    [{ list: 1, status: "mailable" }, "id % 7 <> 0"],
    [{ createdFrom: 3, createdTo: 7 }, "id / 1000 BETWEEN 3 AND 6"],
  ];
  for (const [filter, where] of expected) {
    const ids: number[] = [];
    let after: ReturnType<typeof searchContacts>["next"];
    do {
      const page = searchContacts(db, { filter, sort: "created", now: 1, limit: 200, after });
      ids.push(...page.rows.map((row) => row.id));
      after = page.next;
    } while (after !== undefined);
    const all = db.prepare(`SELECT id FROM contact WHERE ${where} ORDER BY id`).pluck().all();
    expect(ids.sort((a, b) => a - b)).toEqual(all as number[]);
  }
});
