import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { SlowStatements, watchStatements } from "../../../../server/platform/db/statement-watch.ts";
import { statement } from "../../../../server/platform/db/statements.ts";
import { inTransaction } from "../../../../server/platform/db/transaction.ts";

let db: Connection;
let heard: { sql: string; ms: number }[] = [];

beforeEach(() => {
  heard = [];
  db = openConnection(":memory:");
  watchStatements(db, (sql, ms) => heard.push({ sql, ms }));
});
afterEach(() => db.close());

const insert = statement<[n: number]>("INSERT INTO t VALUES (?)");
const count = statement<[], { n: number }>("SELECT count(*) AS n FROM t");

test("every statement is observed with its text, and its result is unchanged", () => {
  db.exec("CREATE TABLE t (n INTEGER) STRICT");
  inTransaction(db, () => {
    insert(db).run(1);
    inTransaction(db, () => insert(db).run(2));
  });
  const failing = () => insert(db).run("no number" as never);

  expect(failing).toThrow();
  expect(count(db).get()).toEqual({ n: 2 });
  expect(count(db).all()).toEqual([{ n: 2 }]);
  expect(heard.map(({ sql }) => sql)).toEqual([
    "CREATE TABLE t (n INTEGER) STRICT",
    "INSERT INTO t VALUES (?)",
    "INSERT INTO t VALUES (?)",
    "BEGIN IMMEDIATE … COMMIT",
    "INSERT INTO t VALUES (?)",
    "SELECT count(*) AS n FROM t",
    "SELECT count(*) AS n FROM t",
  ]);
});

test("the measured time is the statement's own", () => {
  db.prepare(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT sum(i) FROM n",
  ).get();
  db.prepare("SELECT 1").get();

  const [long, short] = heard;
  expect(long?.ms).toBeGreaterThan(5 * (short?.ms ?? 1));
});

test("slow statements are counted, and the worst is logged now and then, on one line", () => {
  const told: string[] = [];
  const slow = new SlowStatements((sql) => told.push(sql));

  slow.hear("SELECT 1", 9);
  slow.hear("SELECT 2", 11);
  slow.hear("SELECT 3\n  FROM t", 500);
  slow.hear("SELECT 4", 500);

  expect(slow.count).toBe(3);
  expect(told).toEqual(["SELECT 3 FROM t"]);
});
