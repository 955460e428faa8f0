import { afterEach, beforeEach, expect, test } from "bun:test";
import { countRetry, type RetryFilter } from "../../server/delivery/queue/requeue.ts";
import { finish } from "../support/delivery-data.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

const taken = { reply: "250 2.0.0 Ok" };

const n = (ws: string, sql: string) =>
  engine.data.db(ws).prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${sql}`).get()?.n;

async function sent(ws: string, id: number): Promise<void> {
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion");
}

test("failed messages are sent again on request with a new Message-ID, and nobody else gets a second one", async () => {
  let isBroken = true;
  const peer = engine.tcpSink({
    onMessage: (address) =>
      isBroken && Number(address.slice(1, address.indexOf("@"))) % 3 === 0
        ? { reply: "554 5.7.1 rejected as spam" }
        : taken,
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 1_500, ["gmail.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await sent(ws, id);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({
    sent: 1_000,
    failed: 500,
    total: 1_500,
  });
  engine.data
    .db(ws)
    .prepare(
      "INSERT INTO suppression (address, reason, created_at) VALUES ('r3@acme.example', 'manual', 0)",
    )
    .run();

  const filter = { states: ["failed" as const], reason: "spam_content" };
  const counted = (asked: RetryFilter, campaignId = id) =>
    finish(
      countRetry(() => engine.data.db(ws), {
        campaignId,
        filter: asked,
        now: Date.now(),
        isBlocked: () => undefined,
      }),
    );
  const preview = counted(filter);
  expect(preview).toEqual({ matching: 500, retry: 499, suppressed: 1, gone: 0 });
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ failed: 500, pending: 0 });
  const elsewhere = counted({ ...filter, provider: "yahoo" });
  expect(elsewhere.matching).toBe(0);

  isBroken = false;
  const count = await engine.delivery.retry(ws, id, filter);
  expect(count.retry).toBe(499);
  await until(
    () => exactCounts(engine.data, ws, id).sent === 1_499 && engine.isCompleted(ws, id),
    "the second run",
  );

  expect(exactCounts(engine.data, ws, id)).toMatchObject({ sent: 1_499, failed: 1, pending: 0 });
  const perAddress = new Map<string, Set<string>>();
  for (const { address, messageId } of peer.arrived) {
    perAddress.set(address, (perAddress.get(address) ?? new Set()).add(messageId));
  }
  const again = [...perAddress].filter(([, ids]) => [...ids].some((one) => one.includes("-r1@")));
  expect(again.length).toBe(499);
  expect(peer.arrived.length).toBe(1_499);
  const counters = engine.data
    .db(ws)
    .prepare<[], { metric: string; n: number }>(
      "SELECT metric, sum(n) AS n FROM campaign_count WHERE bucket = 0 AND metric IN ('sent', 'failed') GROUP BY metric",
    )
    .all();
  expect(counters).toEqual([
    { metric: "failed", n: 1 },
    { metric: "sent", n: 1_499 },
  ]);
}, 60_000);

test("a retry of a cancelled campaign is refused, one of nothing changes nothing", async () => {
  const peer = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 3);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await sent(ws, id);

  const all = { states: ["failed" as const, "bounced" as const, "skipped" as const] };
  expect((await engine.delivery.retry(ws, id, all)).matching).toBe(0);
  expect(statusOf(engine.data, ws, id).status).toBe("completed");
  engine.data.db(ws).prepare("UPDATE campaign SET status = 'cancelled'").run();
  // Without `rejects`, because it blocks answers of other threads.
  const refusalOf = (retry: Promise<unknown>) => retry.catch((error: Error) => error.message);
  expect(await refusalOf(engine.delivery.retry(ws, id, all))).toContain(
    "must be sending, paused or completed",
  );
  expect(await refusalOf(engine.delivery.retry(ws, 99, all))).toContain("no such campaign");
}, 30_000);

test("a campaign that holds ambiguous messages sends nothing twice: a person decides about each lost reply", async () => {
  const dropped = new Set<string>();
  const peer = engine.tcpSink({
    onMessage: (address) => {
      const isUnlucky = ["r1@acme.example", "r2@acme.example", "r3@acme.example"].includes(address);
      if (isUnlucky && !dropped.has(address)) {
        dropped.add(address);
        return { drop: true };
      }
      return taken;
    },
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 20, ["acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  engine.data
    .db(ws)
    .prepare("INSERT INTO campaign_sending (campaign_id, on_ambiguous) VALUES (?, 'hold')")
    .run(id);
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => exactCounts(engine.data, ws, id).held === 3, "three held messages");
  await until(() => exactCounts(engine.data, ws, id).sent === 17, "the others");
  expect(statusOf(engine.data, ws, id).status).toBe("sending");
  const seqOf = (address: string) =>
    engine.data
      .db(ws)
      .prepare<[string], { seq: number }>("SELECT seq FROM message WHERE address = ?")
      .get(address)?.seq ?? 0;

  expect(await engine.delivery.decideHeld(ws, id, "sent", [seqOf("r1@acme.example")])).toBe(1);
  expect(await engine.delivery.decideHeld(ws, id, "failed", [seqOf("r2@acme.example")])).toBe(1);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ held: 1, sent: 18, failed: 1 });
  expect(await engine.delivery.decideHeld(ws, id, "resend")).toBe(1);
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(exactCounts(engine.data, ws, id)).toMatchObject({ held: 0, sent: 19, failed: 1 });
  const third = peer.arrived.filter(({ address }) => address === "r3@acme.example");
  expect(new Set(third.map(({ messageId }) => messageId)).size).toBe(1);
  expect(peer.arrived.filter(({ address }) => address === "r1@acme.example").length).toBe(1);
  expect(n(ws, "attempt WHERE outcome = 'ambiguous'")).toBe(3);
}, 30_000);
