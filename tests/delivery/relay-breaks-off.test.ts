import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, startTestDelivery, statusOf, until } from "../support/delivery-engine.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";

const PEOPLE = 1_000;

let data: DeliveryData;
let delivery: Delivery;
let peer: TcpSink;
let isBroken: boolean;
/** Every address whose message the relay has received in full, once per copy. */
const taken: string[] = [];
beforeEach(() => {
  data = newDeliveryData();
  taken.length = 0;
  isBroken = true;
  peer = startTcpSink({
    onMessage: (address) => {
      taken.push(address);
      return isBroken ? { drop: true } : { reply: "250 2.0.0 Ok" };
    },
  });
});
afterEach(async () => {
  await delivery.stop();
  peer.close();
  data.close();
});

/** Sends by a relay that drops every connection after the dot, until that has paused the campaign. */
async function paused(): Promise<{ ws: string; id: number }> {
  const ws = data.newWorkspace();
  data.addContacts(ws, PEOPLE, ["acme.example"]);
  const id = data.addCampaign(ws, { port: peer.port });
  delivery = await startTestDelivery(data);
  await delivery.prepareCampaign(ws, id);
  await until(() => statusOf(data, ws, id).status === "paused", "the pause");
  const lost = () =>
    data
      .db(ws)
      .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome = 'ambiguous'")
      .get()?.n ?? 0;
  await until(() => lost() === taken.length, "every lost answer in the database");
  return { ws, id };
}

async function resume(ws: string, id: number): Promise<void> {
  await delivery.expect(ws);
  data
    .db(ws)
    .prepare("UPDATE campaign SET status = 'sending', status_reason = '' WHERE id = ?")
    .run(id);
  delivery.notice(ws, id);
}

/** Makes every deferred message due, as time would. */
function passTime(ws: string): void {
  data.db(ws).exec("UPDATE message SET due_at = 0 WHERE state = 1");
  data.db(ws).exec("UPDATE chunk SET next_due = 0 WHERE deferred > 0");
}

const twice = () => taken.length - new Set(taken).size;

test("a relay that drops every connection after the dot pauses the campaign before most people are mailed, and nobody twice", async () => {
  const { ws, id } = await paused();

  expect(taken.length).toBeGreaterThanOrEqual(20);
  expect(taken.length).toBeLessThan(PEOPLE / 2);
  expect(twice()).toBe(0);
  const counts = exactCounts(data, ws, id);
  expect(counts).toMatchObject({ held: taken.length, deferred: 0 });
  expect(statusOf(data, ws, id).status_reason).toContain("until you decide");
}, 60_000);

test("resuming leaves what may have arrived held, and only who is sent again can have two copies", async () => {
  const { ws, id } = await paused();
  const lost = taken.length;
  isBroken = false;

  passTime(ws);
  await resume(ws, id);
  await until(() => exactCounts(data, ws, id).sent === PEOPLE - lost, "everybody else");
  passTime(ws);
  await until(() => exactCounts(data, ws, id).deferred === 0, "the end of all retries");
  expect(twice()).toBe(0);
  expect(taken).toHaveLength(PEOPLE);
  expect(exactCounts(data, ws, id)).toMatchObject({ held: lost, pending: 0 });
  expect(statusOf(data, ws, id).status).toBe("sending");

  expect(await delivery.decideHeld(ws, id, "resend")).toBe(lost);
  await until(() => statusOf(data, ws, id).status === "completed", "completion");
  expect(twice()).toBe(lost);
  expect(exactCounts(data, ws, id)).toMatchObject({ held: 0, sent: PEOPLE });
}, 60_000);

test("who is not sent again has one copy at most, and the campaign ends", async () => {
  const { ws, id } = await paused();
  const lost = taken.length;
  isBroken = false;

  expect(await delivery.decideHeld(ws, id, "sent")).toBe(lost);
  await resume(ws, id);
  await until(() => statusOf(data, ws, id).status === "completed", "completion");

  expect(twice()).toBe(0);
  expect(exactCounts(data, ws, id)).toMatchObject({ held: 0, sent: PEOPLE });
}, 60_000);
