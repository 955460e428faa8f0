import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { isWritable, writeTurn, writeWhenFree } from "../../../../server/platform/db/write-turn.ts";

let folder = "";
let mine: Connection;
let other: Connection;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-turn-"));
  mine = openConnection(join(folder, "file.db"), { busyTimeoutMs: 20 });
  other = openConnection(join(folder, "file.db"));
  mine.exec("CREATE TABLE t (n INTEGER) STRICT");
});
afterEach(() => {
  mine.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

const count = () => mine.prepare<[], { n: number }>("SELECT count(*) AS n FROM t").get()?.n;

test("checking whether a write can begin changes nothing and keeps the connection's busy timeout", () => {
  expect(isWritable(mine)).toBe(true);
  other.exec("BEGIN IMMEDIATE");
  expect(isWritable(mine)).toBe(false);
  other.exec("ROLLBACK");
  expect(isWritable(mine)).toBe(true);

  expect(mine.pragma("busy_timeout", { simple: true })).toBe(20);
  expect(mine.inTransaction).toBe(false);
});

test("while another connection writes for long, this thread continues with everything else", async () => {
  other.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 5);
  setTimeout(() => other.exec("COMMIT"), 300);

  await writeTurn(() => mine);
  clearInterval(ticking);
  mine.exec("INSERT INTO t VALUES (2)");

  expect(count()).toBe(2);
  expect(ticks).toBeGreaterThan(10);
});

test("a lock that never ends is reported as temporary, with when to try again", async () => {
  other.exec("BEGIN IMMEDIATE");

  const refusal = writeTurn(() => mine, 50);

  await expect(refusal).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 2 });
});

test("a write that meets a lock is done once the lock is released, and only once", async () => {
  other.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
  setTimeout(() => other.exec("COMMIT"), 200);
  let tries = 0;

  const changes = await writeWhenFree(() => {
    tries += 1;
    return mine.prepare("INSERT INTO t VALUES (2)").run().changes;
  });

  expect(changes).toBe(1);
  expect(tries).toBeGreaterThan(1);
  expect(count()).toBe(2);
});

test("other failures are not retried", async () => {
  let tries = 0;
  const work = writeWhenFree(() => {
    tries += 1;
    throw new Error("no such thing");
  });

  await expect(work).rejects.toThrow("no such thing");
  expect(tries).toBe(1);
});
