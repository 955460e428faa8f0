import { expect, test } from "bun:test";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate, migrateBy } from "../../../../server/platform/db/migrate.ts";
import { migrations } from "../../../../server/platform/db/migrations/index.ts";

const parents = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a'))) STRICT;
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE SET NULL) STRICT;
  INSERT INTO parent VALUES (1, 'a');
  INSERT INTO child VALUES (1, 1);`;

test("a table that is made anew keeps what points to it", () => {
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

test("a migration that leaves a reference to nothing changes nothing", () => {
  const db = openConnection(":memory:");
  migrateBy(db, "test", [parents]);

  expect(() => migrateBy(db, "test", [parents, "DELETE FROM parent"])).toThrow(/dangling/);

  expect(db.prepare("SELECT count(*) FROM parent").pluck().get()).toBe(1);
  expect(db.pragma("user_version", { simple: true })).toBe(1);
  expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
});

test("routes and the campaigns that use them come through the migration of routes", () => {
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
