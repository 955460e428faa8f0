import { afterEach, beforeEach, expect, test } from "bun:test";
import { freezeAudience } from "../../server/delivery/audience/freeze.ts";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, finish, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, startTestDelivery, statusOf, until } from "../support/delivery-engine.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";
import { startTcpSink, type TcpSink, type TcpSinkOptions } from "../support/tcp-sink.ts";

let data: DeliveryData;
let delivery: Delivery | undefined;
let sinks: { close(): unknown }[];
beforeEach(() => {
  data = newDeliveryData();
  sinks = [];
});
afterEach(async () => {
  await delivery?.stop();
  delivery = undefined;
  await Promise.all(sinks.map((sink) => sink.close()));
  data.close();
});

function tcpSink(options?: TcpSinkOptions): TcpSink {
  const started = startTcpSink(options);
  sinks.push(started);
  return started;
}

function isCompleted(ws: string, id: number): boolean {
  return statusOf(data, ws, id).status === "completed";
}

/** As features/campaigns does it: the status by its old one, then the notice. */
function move(ws: string, id: number, from: string, to: string): boolean {
  const moved = data
    .db(ws)
    .prepare("UPDATE campaign SET status = ? WHERE id = ? AND status = ?")
    .run(to, id, from);
  delivery?.notice(ws, id);
  return moved.changes === 1;
}

function everyoneOnce(peer: TcpSink, total: number): void {
  expect(peer.arrived.length).toBe(total);
  expect(new Set(peer.arrived.map(({ address }) => address)).size).toBe(total);
}

test("a campaign reaches everybody once, and its counts add up at every moment", async () => {
  const peer = await startSmtpSink();
  sinks.push(peer);
  const ws = data.newWorkspace();
  data.addContacts(ws, 2_000, ["gmail.com", "acme.example"]);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);

  expect(await delivery.prepareCampaign(ws, id)).toBe(2_000);
  let polls = 0;
  await until(() => {
    exactCounts(data, ws, id, 2_000);
    polls += 1;
    return isCompleted(ws, id);
  }, "completion");

  expect(polls).toBeGreaterThan(5);
  expect(exactCounts(data, ws, id)).toMatchObject({ sent: 2_000, pending: 0, leased: 0 });
  expect(peer.messages.length).toBe(2_000);
  expect(new Set(peer.messages.flatMap((message) => message.to)).size).toBe(2_000);
}, 30_000);

test("refusals, deferrals and lost answers each end where they belong, and retries keep the Message-ID", async () => {
  const n = (address: string) => Number(/\d+/.exec(address)?.[0]);
  const seen = new Map<string, number>();
  const peer = tcpSink({
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
  const ws = data.newWorkspace();
  data.addContacts(ws, 2_000, ["gmail.com", "acme.example"]);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);

  await until(() => {
    const { pending, leased } = exactCounts(data, ws, id, 2_000);
    return pending + leased === 0;
  }, "the first round");
  const first = exactCounts(data, ws, id);
  expect(first).toMatchObject({ bounced: 200, deferred: 210, sent: 1_590 });
  const suppressed = data
    .db(ws)
    .prepare("SELECT count(*) AS n FROM suppression WHERE reason = 'hard_bounce'")
    .get();
  expect(suppressed).toEqual({ n: 200 });

  // Time passes: what was deferred is due.
  data
    .db(ws)
    .exec(
      "UPDATE message SET due_at = 1 WHERE state = 1; UPDATE chunk SET next_due = 1 WHERE deferred > 0",
    );
  await delivery.expect(ws);
  delivery.notice(ws, id);
  await until(() => {
    exactCounts(data, ws, id, 2_000);
    return isCompleted(ws, id);
  }, "the second round");

  expect(exactCounts(data, ws, id)).toMatchObject({ bounced: 200, sent: 1_800, deferred: 0 });
  const ids = Map.groupBy(peer.arrived, ({ address }) => address);
  expect(ids.size).toBe(1_800);
  const twice = [...ids.values()].filter((copies) => copies.length > 1);
  expect(twice.length).toBe(10);
  for (const copies of twice) {
    expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1);
  }
  const ambiguous = data
    .db(ws)
    .prepare("SELECT count(*) AS n FROM attempt WHERE outcome = 'ambiguous'")
    .get();
  expect(ambiguous).toEqual({ n: 10 });
}, 30_000);

test("pausing and resuming at random twenty times loses nobody and sends to nobody twice", async () => {
  const peer = tcpSink({ delayMs: 3 });
  const ws = data.newWorkspace();
  data.addContacts(ws, 3_000, ["gmail.com", "acme.example"]);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);

  let pauses = 0;
  for (let i = 0; i < 20 && !isCompleted(ws, id); i++) {
    await Bun.sleep(20 + ((i * 37) % 120));
    if (move(ws, id, "sending", "pausing")) {
      await until(() => statusOf(data, ws, id).status !== "pausing", "the pause", 10_000);
      const before = peer.arrived.length;
      const counts = exactCounts(data, ws, id, 3_000);
      expect(counts.leased).toBe(0);
      expect(counts.sent).toBe(before);
      await Bun.sleep(30);
      expect(peer.arrived.length).toBe(before);
      pauses += 1;
      move(ws, id, "paused", "sending");
    }
  }
  await until(() => isCompleted(ws, id), "completion");

  expect(pauses).toBeGreaterThan(3);
  expect(exactCounts(data, ws, id)).toMatchObject({ sent: 3_000 });
  everyoneOnce(peer, 3_000);
  // Another thread tells them, a moment after the commit that the status was read from.
  await until(() => delivery?.outcomes().get("sent") === 3_000, "all results being counted");
}, 60_000);

test("a cancelled campaign skips the rest and ends as cancelled", async () => {
  const peer = tcpSink({ delayMs: 5 });
  const ws = data.newWorkspace();
  data.addContacts(ws, 5_000);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 100, "the first messages");

  move(ws, id, "sending", "cancelling");
  await until(() => statusOf(data, ws, id).status === "cancelled", "the end");

  const counts = exactCounts(data, ws, id, 5_000);
  expect(counts.sent).toBe(peer.arrived.length);
  expect(counts.sent + counts.skipped).toBe(5_000);
  // The due time is corrected after the status, so that a crash in between leaves it early, never late.
  const due = data.databases.system.prepare("SELECT * FROM workspace_due");
  await until(() => due.all().length === 0, "nothing being due");
}, 30_000);

test("a small campaign of another workspace does not wait for a large one", async () => {
  const peer = tcpSink({ delayMs: 4 });
  const [large, small] = [data.newWorkspace(), data.newWorkspace()];
  data.addContacts(large, 6_000);
  data.addContacts(small, 300);
  const largeId = data.addCampaign(large, { port: peer.port });
  const smallId = data.addCampaign(small, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(large, largeId);
  await until(() => peer.arrived.length > 200, "the large campaign's start");

  await delivery.prepareCampaign(small, smallId);
  await until(() => isCompleted(small, smallId), "the small campaign");

  expect(isCompleted(large, largeId)).toBe(false);
  expect(exactCounts(data, large, largeId, 6_000).sent).toBeLessThan(3_000);
}, 30_000);

test("somebody who unsubscribes while the campaign runs gets nothing more", async () => {
  const peer = tcpSink({ delayMs: 5 });
  const ws = data.newWorkspace();
  data.addContacts(ws, 900);
  const id = data.addCampaign(ws, { port: peer.port, maxConnections: 2 });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 20, "the first messages");

  const last = data
    .db(ws)
    .prepare<[number], { seq: number; address: string }>(
      "SELECT seq, address FROM message WHERE campaign_id = ? ORDER BY seq DESC LIMIT 1",
    )
    .get(id);
  const said = { k: "unsubscribe", w: ws, c: id, at: Date.now(), ip: "", ua: "" } as const;
  await delivery.recordFact({ ...said, s: last?.seq ?? 0, via: "one_click" });
  // By a link that names the contact and no message, as that of a confirmation mail does.
  const token = { c: 0, s: 0, ct: 1, a: "r1@reader.example" };
  await delivery.recordFact({ ...said, ...token, via: "page" });
  const alreadySent = peer.arrived.some(({ address }) => address === "r1@reader.example");
  await until(() => isCompleted(ws, id), "completion");

  const got = peer.arrived.map(({ address }) => address);
  expect(got).not.toContain(last?.address);
  expect(got.includes("r1@reader.example")).toBe(alreadySent);
  expect(exactCounts(data, ws, id, 900).skipped).toBe(alreadySent ? 1 : 2);
}, 30_000);

test("a message that was not sent because of a complaint says so, and not that they unsubscribed", async () => {
  const peer = tcpSink({ delayMs: 5 });
  const ws = data.newWorkspace();
  data.addContacts(ws, 900);
  const id = data.addCampaign(ws, { port: peer.port, maxConnections: 2 });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 20, "the first messages");

  const [last, before] = data
    .db(ws)
    .prepare<[number], { seq: number; address: string }>(
      "SELECT seq, address FROM message WHERE campaign_id = ? ORDER BY seq DESC LIMIT 2",
    )
    .all(id);
  const seq = last?.seq ?? 0;
  const at = Date.now();
  await delivery.recordFact({
    k: "complaint",
    w: ws,
    c: id,
    s: seq,
    at,
    via: "arf",
    kind: "abuse",
  });
  const hand = "INSERT INTO suppression (address, reason, created_at) VALUES (?, 'manual', 1)";
  data.db(ws).prepare(hand).run(before?.address);
  await until(() => isCompleted(ws, id), "completion");

  const reasonOf = data
    .db(ws)
    .prepare<[number, number], { reason: string }>(
      "SELECT reason FROM message WHERE campaign_id = ? AND seq = ?",
    );
  expect(reasonOf.get(id, seq)?.reason).toBe("suppressed_complaint");
  expect(reasonOf.get(id, before?.seq ?? 0)?.reason).toBe("suppressed_manual");
}, 30_000);

test("a campaign whose route is gone pauses with the reason, and goes on when there is one again", async () => {
  const peer = tcpSink();
  const ws = data.newWorkspace();
  data.addContacts(ws, 50);
  const id = data.addCampaign(ws, { port: peer.port });
  data.db(ws).exec("UPDATE route SET enabled = 0");
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);

  await until(() => statusOf(data, ws, id).status === "paused", "the pause");
  expect(statusOf(data, ws, id).status_reason).toBe(
    "The campaign's sending method was removed or turned off.",
  );
  expect(exactCounts(data, ws, id, 50)).toMatchObject({ pending: 50, leased: 0 });

  data.db(ws).exec("UPDATE route SET enabled = 1");
  move(ws, id, "paused", "sending");
  await until(() => isCompleted(ws, id), "completion");
  everyoneOnce(peer, 50);
}, 30_000);

test("a message that cannot be made fails alone, with the reason on its row", async () => {
  const peer = tcpSink();
  const ws = data.newWorkspace();
  data.addContacts(ws, 20);
  const id = data.addCampaign(ws, { port: peer.port });
  finish(
    freezeAudience(
      () => data.db(ws),
      id,
      () => Date.now(),
    ),
  );
  const lineFeed = "address = 'a' || char(10) || 'b@reader.example'";
  data.db(ws).exec(`UPDATE message SET ${lineFeed} WHERE seq = 7;
    UPDATE contact SET ${lineFeed} WHERE id = (SELECT contact_id FROM message WHERE seq = 7)`);
  delivery = await startTestDelivery(data);
  await delivery.expect(ws);
  delivery.notice(ws, id);
  await until(() => isCompleted(ws, id), "completion");

  expect(exactCounts(data, ws, id, 20)).toMatchObject({ sent: 19, failed: 1 });
  const attempt = data.db(ws).prepare("SELECT seq, category FROM attempt WHERE outcome = 'failed'");
  expect(attempt.all()).toEqual([{ seq: 7, category: "render_error" }]);
  everyoneOnce(peer, 19);
}, 30_000);

test("stopping in the middle and starting again finishes the campaign without a second copy", async () => {
  const peer = tcpSink({ delayMs: 3 });
  const ws = data.newWorkspace();
  data.addContacts(ws, 1_500);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 200, "the first messages");

  await delivery.stop();
  const sentAtStop = peer.arrived.length;
  expect(exactCounts(data, ws, id, 1_500)).toMatchObject({ sent: sentAtStop, leased: 0 });

  delivery = await startTestDelivery(data);
  expect(delivery.recovered).toMatchObject({ ambiguous: 0, leases: 0 });
  await until(() => isCompleted(ws, id), "completion");
  everyoneOnce(peer, 1_500);
}, 30_000);
