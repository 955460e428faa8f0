import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { Ingester } from "../../../../server/delivery/ingest/ingester.ts";
import { createDue } from "../../../../server/delivery/queue/due.store.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
let data: DeliveryData;

beforeEach(() => {
  data = newDeliveryData();
});
afterEach(() => data.close());

test("facts of a workspace that is locked wait, those of others are applied, and nobody waits at every try", async () => {
  const [locked, healthy] = [data.newWorkspace(), data.newWorkspace()];
  const ingester = new Ingester({
    workspace: data.databases.workspace,
    kept: data.kept,
    classify: classifyEngagement,
    bounces: bounceRules,
    breaker: breakerRules,
    due: createDue(data.databases.system, data.databases.workspace, () => NOW),
    onApplied: () => undefined,
    clock: () => NOW,
  });
  const leave = (w: string): Fact => ({ k: "release", w, c: 1, ch: 1, ep: 1, at: NOW });
  const other = openConnection(join(data.dataDir, `t_${locked}.db`));
  data.db(locked).pragma("busy_timeout = 100");
  other.exec("BEGIN IMMEDIATE");

  ingester.take("n/web", [
    { payload: JSON.stringify(leave(locked)), end: { segment: 1, offset: 100 } },
    { payload: JSON.stringify(leave(healthy)), end: { segment: 1, offset: 200 } },
  ]);
  ingester.flush();
  expect(ingester.totals.applied).toBe(1);
  const before = performance.now();
  ingester.flush();
  // The pause after the first try is as long as the time-out: a second try has not waited for it again.
  expect(performance.now() - before).toBeLessThan(90);

  other.exec("ROLLBACK");
  other.close();
  await Bun.sleep(150);
  ingester.flush();
  expect(ingester.totals.applied).toBe(2);
  expect(ingester.waiting).toBe(0);
});

test("a workspace that cannot be opened while its facts are read keeps them, and holds up nobody", () => {
  const [refused, healthy] = [data.newWorkspace(), data.newWorkspace()];
  const other = openConnection(join(data.dataDir, `t_${refused}.db`));
  let isRefused = true;
  const ingester = new Ingester({
    // As opening does that has to write first, while another connection writes.
    workspace: (id) => {
      const db = data.databases.workspace(id);
      if (id === refused && isRefused) {
        db.pragma("busy_timeout = 0");
        db.exec("BEGIN IMMEDIATE");
      }
      return db;
    },
    kept: data.kept,
    classify: classifyEngagement,
    bounces: bounceRules,
    breaker: breakerRules,
    due: createDue(data.databases.system, data.databases.workspace, () => NOW),
    onApplied: () => undefined,
    clock: () => NOW,
  });
  const leave = (w: string): Fact => ({ k: "release", w, c: 1, ch: 1, ep: 1, at: NOW });
  other.exec("BEGIN IMMEDIATE");

  ingester.take("n/web", [
    { payload: JSON.stringify(leave(refused)), end: { segment: 1, offset: 100 } },
    { payload: JSON.stringify(leave(healthy)), end: { segment: 1, offset: 200 } },
  ]);
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

test("facts that are applied are told of, also while the due time cannot be written", () => {
  const ws = data.newWorkspace();
  const told: string[] = [];
  const { system } = data.databases;
  const ingester = new Ingester({
    workspace: data.databases.workspace,
    kept: data.kept,
    classify: classifyEngagement,
    bounces: bounceRules,
    breaker: breakerRules,
    due: createDue(system, data.databases.workspace, () => NOW),
    onApplied: (workspaceId) => told.push(workspaceId),
    clock: () => NOW,
  });
  data.addCampaign(ws);
  const other = openConnection(join(data.dataDir, "system.db"));
  system.pragma("busy_timeout = 20");
  other.exec("BEGIN IMMEDIATE");
  const fact: Fact = { k: "release", w: ws, c: 1, ch: 1, ep: 1, at: NOW };
  ingester.take("n/web", [{ payload: JSON.stringify(fact), end: { segment: 1, offset: 100 } }]);
  ingester.flush();
  expect([ingester.waiting, told]).toEqual([0, [ws]]);
  other.exec("ROLLBACK");
  other.close();
});
