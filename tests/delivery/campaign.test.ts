import { afterEach, beforeEach, expect, test } from "bun:test";
import { freezeAudience } from "../../server/delivery/audience/freeze.ts";
import { finish } from "../support/delivery-data.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";
import type { TcpSink } from "../support/tcp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

function everyoneOnce(peer: TcpSink, total: number): void {
  expect(peer.arrived.length).toBe(total);
  expect(new Set(peer.arrived.map(({ address }) => address)).size).toBe(total);
}

test("a campaign reaches every recipient once, and its counts add up at every moment", async () => {
  const peer = engine.closing(await startSmtpSink());
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 2_000, ["gmail.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();

  expect(await engine.delivery.prepareCampaign(ws, id)).toBe(2_000);
  let polls = 0;
  await until(() => {
    exactCounts(engine.data, ws, id, 2_000);
    polls += 1;
    return engine.isCompleted(ws, id);
  }, "completion");

  expect(polls).toBeGreaterThan(5);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ sent: 2_000, pending: 0, leased: 0 });
  expect(peer.messages.length).toBe(2_000);
  expect(new Set(peer.messages.flatMap((message) => message.to)).size).toBe(2_000);
}, 30_000);

test("refusals, deferrals and lost replies each end in the right state, and retries keep the Message-ID", async () => {
  const n = (address: string) => Number(/\d+/.exec(address)?.[0]);
  const seen = new Map<string, number>();
  const peer = engine.tcpSink({
    onRecipient: (address) => {
      if (n(address) % 10 === 1) {
        return "550 5.1.1 no such user";
      }
      if (n(address) % 10 === 2 && !seen.has(address)) {
        seen.set(address, 1);
        return "451 4.7.1 greylisted, try again later";
      }
      return "250 2.1.5 ok";
    },
    onMessage: (address) => {
      const tries = seen.get(address) ?? 0;
      seen.set(address, tries + 1);
      return n(address) % 200 === 3 && tries === 0 ? { drop: true } : { reply: "250 2.0.0 ok" };
    },
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 2_000, ["gmail.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);

  await until(() => {
    const { pending, leased } = exactCounts(engine.data, ws, id, 2_000);
    return pending + leased === 0;
  }, "the first round");
  const first = exactCounts(engine.data, ws, id);
  expect(first).toMatchObject({ bounced: 200, deferred: 210, sent: 1_590 });
  const suppressed = engine.data
    .db(ws)
    .prepare("SELECT count(*) AS n FROM suppression WHERE reason = 'hard_bounce'")
    .get();
  expect(suppressed).toEqual({ n: 200 });

  // Moves time forward, so that deferred messages are due.
  engine.data
    .db(ws)
    .exec(
      "UPDATE message SET due_at = 1 WHERE state = 1; UPDATE chunk SET next_due = 1 WHERE deferred > 0",
    );
  await engine.delivery.expect(ws);
  engine.delivery.notice(ws, id);
  await until(() => {
    exactCounts(engine.data, ws, id, 2_000);
    return engine.isCompleted(ws, id);
  }, "the second round");

  expect(exactCounts(engine.data, ws, id)).toMatchObject({
    bounced: 200,
    sent: 1_800,
    deferred: 0,
  });
  const ids = Map.groupBy(peer.arrived, ({ address }) => address);
  expect(ids.size).toBe(1_800);
  const twice = [...ids.values()].filter((copies) => copies.length > 1);
  expect(twice.length).toBe(10);
  for (const copies of twice) {
    expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1);
  }
  const ambiguous = engine.data
    .db(ws)
    .prepare("SELECT count(*) AS n FROM attempt WHERE outcome = 'ambiguous'")
    .get();
  expect(ambiguous).toEqual({ n: 10 });
}, 30_000);

test("pausing and resuming at random twenty times loses no message and duplicates none", async () => {
  const peer = engine.tcpSink({ delayMs: 3 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 3_000, ["gmail.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);

  let pauses = 0;
  for (let i = 0; i < 20 && !engine.isCompleted(ws, id); i++) {
    await Bun.sleep(20 + ((i * 37) % 120));
    if (engine.move(ws, id, "sending", "pausing")) {
      await until(() => statusOf(engine.data, ws, id).status !== "pausing", "the pause", 10_000);
      const before = peer.arrived.length;
      const counts = exactCounts(engine.data, ws, id, 3_000);
      expect(counts.leased).toBe(0);
      expect(counts.sent).toBe(before);
      await Bun.sleep(30);
      expect(peer.arrived.length).toBe(before);
      pauses += 1;
      engine.move(ws, id, "paused", "sending");
    }
  }
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(pauses).toBeGreaterThan(3);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ sent: 3_000 });
  everyoneOnce(peer, 3_000);
  // Another thread publishes the totals shortly after the commit that the status was read from.
  await until(() => engine.delivery.outcomes().get("sent") === 3_000, "all results being counted");
}, 60_000);

test("a cancelled campaign skips the remaining messages and ends as cancelled", async () => {
  const peer = engine.tcpSink({ delayMs: 5 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 5_000);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 100, "the first messages");

  engine.move(ws, id, "sending", "cancelling");
  await until(() => statusOf(engine.data, ws, id).status === "cancelled", "the end");

  const counts = exactCounts(engine.data, ws, id, 5_000);
  expect(counts.sent).toBe(peer.arrived.length);
  expect(counts.sent + counts.skipped).toBe(5_000);
  // The due time is corrected after the status, so that a crash in between leaves it early, never late.
  const due = engine.data.databases.system.prepare("SELECT * FROM workspace_due");
  await until(() => due.all().length === 0, "nothing being due");
}, 30_000);

test("a small campaign of another workspace does not wait for a large one", async () => {
  const peer = engine.tcpSink({ delayMs: 4 });
  const [large, small] = [engine.data.newWorkspace(), engine.data.newWorkspace()];
  engine.data.addContacts(large, 6_000);
  engine.data.addContacts(small, 300);
  const largeId = engine.data.addCampaign(large, { port: peer.port });
  const smallId = engine.data.addCampaign(small, { port: peer.port });
  await engine.start();
  await engine.delivery.prepareCampaign(large, largeId);
  await until(() => peer.arrived.length > 200, "the large campaign's start");

  await engine.delivery.prepareCampaign(small, smallId);
  await until(() => engine.isCompleted(small, smallId), "the small campaign");

  expect(engine.isCompleted(large, largeId)).toBe(false);
  expect(exactCounts(engine.data, large, largeId, 6_000).sent).toBeLessThan(3_000);
}, 30_000);

test("a person who unsubscribes while the campaign runs gets nothing more", async () => {
  const peer = engine.tcpSink({ delayMs: 5 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 900);
  const id = engine.data.addCampaign(ws, { port: peer.port, maxConnections: 2 });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 20, "the first messages");

  const last = engine.data
    .db(ws)
    .prepare<[number], { seq: number; address: string }>(
      "SELECT seq, address FROM message WHERE campaign_id = ? ORDER BY seq DESC LIMIT 1",
    )
    .get(id);
  const said = { k: "unsubscribe", w: ws, c: id, at: Date.now(), ip: "", ua: "" } as const;
  await engine.delivery.recordFact({ ...said, s: last?.seq ?? 0, via: "one_click" });
  // Uses a link that names the contact but no message, like the one in a confirmation mail.
  const token = { c: 0, s: 0, ct: 1, a: "r1@reader.example" };
  await engine.delivery.recordFact({ ...said, ...token, via: "page" });
  const alreadySent = peer.arrived.some(({ address }) => address === "r1@reader.example");
  await until(() => engine.isCompleted(ws, id), "completion");

  const got = peer.arrived.map(({ address }) => address);
  expect(got).not.toContain(last?.address);
  expect(got.includes("r1@reader.example")).toBe(alreadySent);
  expect(exactCounts(engine.data, ws, id, 900).skipped).toBe(alreadySent ? 1 : 2);
}, 30_000);

test("a message that was skipped because of a complaint says so, and not that the person unsubscribed", async () => {
  const peer = engine.tcpSink({ delayMs: 5 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 900);
  const id = engine.data.addCampaign(ws, { port: peer.port, maxConnections: 2 });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 20, "the first messages");

  const [last, before] = engine.data
    .db(ws)
    .prepare<[number], { seq: number; address: string }>(
      "SELECT seq, address FROM message WHERE campaign_id = ? ORDER BY seq DESC LIMIT 2",
    )
    .all(id);
  const seq = last?.seq ?? 0;
  const at = Date.now();
  await engine.delivery.recordFact({
    k: "complaint",
    w: ws,
    c: id,
    s: seq,
    at,
    via: "arf",
    kind: "abuse",
  });
  const hand = "INSERT INTO suppression (address, reason, created_at) VALUES (?, 'manual', 1)";
  engine.data.db(ws).prepare(hand).run(before?.address);
  await until(() => engine.isCompleted(ws, id), "completion");

  const reasonOf = engine.data
    .db(ws)
    .prepare<[number, number], { reason: string }>(
      "SELECT reason FROM message WHERE campaign_id = ? AND seq = ?",
    );
  expect(reasonOf.get(id, seq)?.reason).toBe("suppressed_complaint");
  expect(reasonOf.get(id, before?.seq ?? 0)?.reason).toBe("suppressed_manual");
}, 30_000);

test("a campaign whose route was removed pauses with the reason, and continues once there is a route again", async () => {
  const peer = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 50);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  engine.data.db(ws).exec("UPDATE route SET enabled = 0");
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);

  await until(() => statusOf(engine.data, ws, id).status === "paused", "the pause");
  expect(statusOf(engine.data, ws, id).status_reason).toBe(
    "The campaign's sending method was removed or turned off.",
  );
  expect(exactCounts(engine.data, ws, id, 50)).toMatchObject({ pending: 50, leased: 0 });

  engine.data.db(ws).exec("UPDATE route SET enabled = 1");
  engine.move(ws, id, "paused", "sending");
  await until(() => engine.isCompleted(ws, id), "completion");
  everyoneOnce(peer, 50);
}, 30_000);

test("a message that cannot be rendered fails alone, with the reason on its row", async () => {
  const peer = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 20);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  finish(
    freezeAudience(
      () => engine.data.db(ws),
      id,
      () => Date.now(),
    ),
  );
  const lineFeed = "address = 'a' || char(10) || 'b@reader.example'";
  engine.data.db(ws).exec(`UPDATE message SET ${lineFeed} WHERE seq = 7;
    UPDATE contact SET ${lineFeed} WHERE id = (SELECT contact_id FROM message WHERE seq = 7)`);
  await engine.start();
  await engine.delivery.expect(ws);
  engine.delivery.notice(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(exactCounts(engine.data, ws, id, 20)).toMatchObject({ sent: 19, failed: 1 });
  const attempt = engine.data
    .db(ws)
    .prepare("SELECT seq, category FROM attempt WHERE outcome = 'failed'");
  expect(attempt.all()).toEqual([{ seq: 7, category: "render_error" }]);
  everyoneOnce(peer, 19);
}, 30_000);

test("stopping in the middle and starting again finishes the campaign without a second copy", async () => {
  const peer = engine.tcpSink({ delayMs: 3 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 1_500);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 200, "the first messages");

  await engine.stop();
  const sentAtStop = peer.arrived.length;
  expect(exactCounts(engine.data, ws, id, 1_500)).toMatchObject({ sent: sentAtStop, leased: 0 });

  await engine.start();
  expect(engine.delivery.recovered).toMatchObject({ ambiguous: 0, leases: 0 });
  await until(() => engine.isCompleted(ws, id), "completion");
  everyoneOnce(peer, 1_500);
}, 30_000);
