import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import { NOW, newIngester, records } from "../../../support/ingest-fixture.ts";

let data: DeliveryData;

beforeEach(() => {
  data = newDeliveryData();
});
afterEach(() => data.close());

test("facts of a locked workspace wait, those of others are applied, and not every attempt waits for the lock", async () => {
  const [locked, healthy] = [data.newWorkspace(), data.newWorkspace()];
  const ingester = newIngester(data);
  const leave = (w: string): Fact => ({ k: "release", w, c: 1, ch: 1, ep: 1, at: NOW });
  const other = openConnection(join(data.dataDir, `t_${locked}.db`));
  data.db(locked).pragma("busy_timeout = 100");
  other.exec("BEGIN IMMEDIATE");

  ingester.take("n/web", records([leave(locked), leave(healthy)]));
  ingester.flush();
  expect(ingester.totals.applied).toBe(1);
  const before = performance.now();
  ingester.flush();
  // The pause after the first attempt equals the timeout: a second attempt has not waited again.
  expect(performance.now() - before).toBeLessThan(90);

  other.exec("ROLLBACK");
  other.close();
  await Bun.sleep(150);
  ingester.flush();
  expect(ingester.totals.applied).toBe(2);
  expect(ingester.waiting).toBe(0);
});

test("a workspace that cannot be opened while its facts are read keeps them and delays nobody", () => {
  const [refused, healthy] = [data.newWorkspace(), data.newWorkspace()];
  const other = openConnection(join(data.dataDir, `t_${refused}.db`));
  let isRefused = true;
  const ingester = newIngester(data, {
    // As if opening had to write first while another connection is writing.
    workspace: (id) => {
      const db = data.databases.workspace(id);
      if (id === refused && isRefused) {
        db.pragma("busy_timeout = 0");
        db.exec("BEGIN IMMEDIATE");
      }
      return db;
    },
  });
  const leave = (w: string): Fact => ({ k: "release", w, c: 1, ch: 1, ep: 1, at: NOW });
  other.exec("BEGIN IMMEDIATE");

  ingester.take("n/web", records([leave(refused), leave(healthy)]));
  ingester.flush();
  expect([ingester.totals.applied, ingester.waiting]).toEqual([1, 1]);

  other.exec("ROLLBACK");
  other.close();
  isRefused = false;
  data.db(refused).pragma("busy_timeout = 5000");
  Bun.sleepSync(150);
  ingester.flush();
  expect([ingester.totals.applied, ingester.waiting]).toEqual([2, 0]);
});

test("applied facts are announced, also while the due time cannot be written", () => {
  const ws = data.newWorkspace();
  const told: string[] = [];
  const { system } = data.databases;
  const ingester = newIngester(data, { onApplied: (workspaceId) => told.push(workspaceId) });
  data.addCampaign(ws);
  const other = openConnection(join(data.dataDir, "system.db"));
  system.pragma("busy_timeout = 20");
  other.exec("BEGIN IMMEDIATE");
  const fact: Fact = { k: "release", w: ws, c: 1, ch: 1, ep: 1, at: NOW };
  ingester.take("n/web", records([fact]));
  ingester.flush();
  expect([ingester.waiting, told]).toEqual([0, [ws]]);
  other.exec("ROLLBACK");
  other.close();
});
