import { afterEach, beforeEach, expect, test } from "bun:test";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import type { TcpSink } from "../support/tcp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

const PEOPLE = 1_000;

let engine: TestEngine;
let peer: TcpSink;
let isBroken: boolean;
/** Every address whose message the relay has received completely, once per copy. */
const taken: string[] = [];
beforeEach(() => {
  engine = new TestEngine();
  taken.length = 0;
  isBroken = true;
  peer = engine.tcpSink({
    onMessage: (address) => {
      taken.push(address);
      return isBroken ? { drop: true } : { reply: "250 2.0.0 Ok" };
    },
  });
});
afterEach(() => engine.close());

/** Sends over a relay that drops every connection after the dot, until the campaign is paused. */
async function paused(): Promise<{ ws: string; id: number }> {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, PEOPLE, ["acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => statusOf(engine.data, ws, id).status === "paused", "the pause");
  const lost = () =>
    engine.data
      .db(ws)
      .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome = 'ambiguous'")
      .get()?.n ?? 0;
  await until(() => lost() === taken.length, "every lost answer in the database");
  return { ws, id };
}

async function resume(ws: string, id: number): Promise<void> {
  await engine.delivery.expect(ws);
  engine.data
    .db(ws)
    .prepare("UPDATE campaign SET status = 'sending', status_reason = '' WHERE id = ?")
    .run(id);
  engine.delivery.notice(ws, id);
}

/** Makes every deferred message due, as the passing of time would. */
function passTime(ws: string): void {
  engine.data.db(ws).exec("UPDATE message SET due_at = 0 WHERE state = 1");
  engine.data.db(ws).exec("UPDATE chunk SET next_due = 0 WHERE deferred > 0");
}

const twice = () => taken.length - new Set(taken).size;

test("a relay that drops every connection after the dot pauses the campaign before most people are mailed, and nobody twice", async () => {
  const { ws, id } = await paused();

  expect(taken.length).toBeGreaterThanOrEqual(20);
  expect(taken.length).toBeLessThan(PEOPLE / 2);
  expect(twice()).toBe(0);
  const counts = exactCounts(engine.data, ws, id);
  expect(counts).toMatchObject({ held: taken.length, deferred: 0 });
  expect(statusOf(engine.data, ws, id).status_reason).toContain("until you decide");
}, 60_000);

test("resuming leaves ambiguous messages held, and only people who are sent the message again can get two copies", async () => {
  const { ws, id } = await paused();
  const lost = taken.length;
  isBroken = false;

  passTime(ws);
  await resume(ws, id);
  await until(() => exactCounts(engine.data, ws, id).sent === PEOPLE - lost, "everybody else");
  passTime(ws);
  await until(() => exactCounts(engine.data, ws, id).deferred === 0, "the end of all retries");
  expect(twice()).toBe(0);
  expect(taken).toHaveLength(PEOPLE);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ held: lost, pending: 0 });
  expect(statusOf(engine.data, ws, id).status).toBe("sending");

  expect(await engine.delivery.decideHeld(ws, id, "resend")).toBe(lost);
  await until(() => engine.isCompleted(ws, id), "completion");
  expect(twice()).toBe(lost);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ held: 0, sent: PEOPLE });
}, 60_000);

test("a person who is not sent the message again has at most one copy, and the campaign completes", async () => {
  const { ws, id } = await paused();
  const lost = taken.length;
  isBroken = false;

  expect(await engine.delivery.decideHeld(ws, id, "sent")).toBe(lost);
  await resume(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(twice()).toBe(0);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ held: 0, sent: PEOPLE });
}, 60_000);
