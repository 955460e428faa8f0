import { expect, test } from "bun:test";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate, migrateBy } from "../../../../server/platform/db/migrate.ts";
import { migrations } from "../../../../server/platform/db/migrations/index.ts";

const parents = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a'))) STRICT;
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE SET NULL) STRICT;
  INSERT INTO parent VALUES (1, 'a');
  INSERT INTO child VALUES (1, 1);`;

test("a recreated table keeps the references to it", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "test", [parents]);

  migrateBy(db, "test", [
    parents,
    `CREATE TABLE parent_new (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a', 'b'))) STRICT;
     INSERT INTO parent_new SELECT * FROM parent;
     DROP TABLE parent;
     ALTER TABLE parent_new RENAME TO parent;`,
  ]);

  expect(db.prepare("SELECT parent_id FROM child").pluck().all()).toEqual([1]);
  expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
  expect(() => db.exec("INSERT INTO child VALUES (2, 99)")).toThrow(/FOREIGN KEY/);
});

test("a migration that leaves a dangling reference is rolled back", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "test", [parents]);

  expect(() => migrateBy(db, "test", [parents, "DELETE FROM parent"])).toThrow(/dangling/);

  expect(db.prepare("SELECT count(*) FROM parent").pluck().get()).toBe(1);
  expect(db.pragma("user_version", { simple: true })).toBe(1);
  expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
});

test("routes and their campaigns survive the migration of routes", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "workspace", migrations.workspace.slice(0, 3));
  db.exec(`
    INSERT INTO route (id, name, kind, host, port, created_at, updated_at) VALUES (7, 'SES', 'relay', 'h.example', 587, 1, 2);
    INSERT INTO campaign (id, name, route_id, created_by, created_at, updated_at) VALUES (3, 'May', 7, 'u', 1, 1);`);

  migrate(db, "workspace");

  expect(db.prepare("SELECT route_id FROM campaign").pluck().get()).toBe(7);
  expect(db.prepare("SELECT name, host, sources FROM route WHERE id = 7").get()).toEqual({
    name: "SES",
    host: "h.example",
    sources: "[]",
  });
});

test("people held back for a status that was not understood are no longer called unsubscribed", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "workspace", migrations.workspace.slice(0, 20));
  db.exec(`
    INSERT INTO suppression (address, reason, source, detail, created_at) VALUES
      ('a@x.example', 'unsubscribed', 'import:1', 'Not understood in the file: frozen', 1),
      ('b@x.example', 'unsubscribed', 'import:1', 'Not understood in the file: no status', 1),
      ('c@x.example', 'unsubscribed', 'campaign:1', '', 1),
      ('d@x.example', 'manual', 'bulk:4', '', 1);
    INSERT INTO suppression_claim VALUES
      ('d@x.example', 'import:1', 'unsubscribed', 'Not understood in the file: frozen', 1);`);

  migrate(db, "workspace");

  const rows = "SELECT address, reason, detail FROM suppression ORDER BY address";
  expect(db.prepare(rows).raw().all()).toEqual([
    ["a@x.example", "unclear", "frozen"],
    ["b@x.example", "unclear", ""],
    ["c@x.example", "unsubscribed", ""],
    ["d@x.example", "manual", ""],
  ]);
  expect(db.prepare("SELECT address, reason, detail FROM suppression_claim").raw().all()).toEqual([
    ["d@x.example", "unclear", "frozen"],
  ]);
  const counts = "SELECT name, n FROM audience_count WHERE name LIKE 'suppression:%' AND n > 0";
  expect(Object.fromEntries(db.prepare(counts).raw().all() as [string, number][])).toEqual({
    "suppression:unsubscribed": 1,
    "suppression:unclear": 2,
    "suppression:manual": 1,
  });
  const version = db.prepare<[], number>("SELECT n FROM consent_version").pluck();
  const before = version.get() ?? 0;
  db.exec(
    "INSERT INTO suppression (address, reason, created_at) VALUES ('e@x.example', 'unclear', 2)",
  );
  db.exec("UPDATE suppression SET source = 'bulk:5' WHERE address = 'a@x.example'");
  expect(version.get()).toBe(before + 2);
  expect(db.prepare("SELECT count(*) FROM suppression_claim").pluck().get()).toBe(2);
  db.exec("DELETE FROM suppression WHERE address = 'a@x.example'");
  expect(db.prepare("SELECT count(*) FROM suppression_claim").pluck().get()).toBe(1);
});
