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

test("asking whether a write could begin changes nothing and leaves the connection's patience as it is", () => {
  expect(isWritable(mine)).toBe(true);
  other.exec("BEGIN IMMEDIATE");
  expect(isWritable(mine)).toBe(false);
  other.exec("ROLLBACK");
  expect(isWritable(mine)).toBe(true);

  expect(mine.pragma("busy_timeout", { simple: true })).toBe(20);
  expect(mine.inTransaction).toBe(false);
});

test("while another connection writes for long, this thread goes on with everything else", async () => {
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

test("a lock that never ends is told as something that may pass, with when to come again", async () => {
  other.exec("BEGIN IMMEDIATE");

  const refusal = writeTurn(() => mine, 50);

  await expect(refusal).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 2 });
});

test("a write that meets a lock is done once it is free, and once only", async () => {
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

test("what fails for another reason is not tried again", async () => {
  let tries = 0;
  const work = writeWhenFree(() => {
    tries += 1;
    throw new Error("no such thing");
  });

  await expect(work).rejects.toThrow("no such thing");
  expect(tries).toBe(1);
});
