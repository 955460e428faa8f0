import { afterEach, beforeEach, expect, test } from "bun:test";
import { compileRule, conditionSql } from "../../server/features/segments/segment-compile.store.ts";
import type { Rule } from "../../server/features/segments/segment-language.rules.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import type { TcpSink } from "../support/tcp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

const DROPPED = ["r1@acme.example", "r2@acme.example", "r3@acme.example"];
const PEOPLE = 12;

let engine: TestEngine;
let peer: TcpSink;
beforeEach(() => {
  engine = new TestEngine();
  // Accepts three messages without replying, and refuses the others.
  peer = engine.tcpSink({
    onMessage: (address) =>
      DROPPED.includes(address) ? { drop: true } : { reply: "451 4.7.1 try again later" },
  });
});
afterEach(() => engine.close());

/** Starts a campaign, waits until three replies were lost and the rest deferred, and cancels it. */
async function cancelled(onAmbiguous: "resend" | "hold"): Promise<{ ws: string; id: number }> {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, PEOPLE, ["acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  engine.data
    .db(ws)
    .prepare("INSERT INTO campaign_sending (campaign_id, on_ambiguous) VALUES (?, ?)")
    .run(id, onAmbiguous);
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  const attempts = (outcome: string) =>
    engine.data
      .db(ws)
      .prepare<[string], { n: number }>(
        "SELECT count(DISTINCT seq) AS n FROM attempt WHERE outcome = ?",
      )
      .get(outcome)?.n;
  await until(
    () => attempts("ambiguous") === DROPPED.length && attempts("deferred") === PEOPLE - 3,
    "three lost answers",
  );
  await engine.delivery.expect(ws);
  engine.data.db(ws).prepare("UPDATE campaign SET status = 'cancelling' WHERE id = ?").run(id);
  engine.delivery.notice(ws, id);
  await until(
    () => statusOf(engine.data, ws, id).status === "cancelled",
    "the end of the campaign",
  );
  return { ws, id };
}

const addresses = (ws: string, where: string) =>
  engine.data
    .db(ws)
    .prepare<[], { address: string }>(`SELECT address FROM message WHERE ${where} ORDER BY address`)
    .all()
    .map(({ address }) => address);

function peopleOf(ws: string, rule: Rule): string[] {
  const moment = { now: Date.now(), timeZone: "UTC", fields: [] };
  const { node, params } = compileRule(rule, moment);
  return engine.data
    .db(ws)
    .prepare<[Record<string, unknown>], { address: string }>(
      `SELECT address FROM contact WHERE ${conditionSql(node, "contact.id", "everybody")} ORDER BY address`,
    )
    .all(params)
    .map(({ address }) => address);
}

for (const onAmbiguous of ["resend", "hold"] as const) {
  test(`after cancelling, messages that may have arrived are listed as ambiguous (${onAmbiguous})`, async () => {
    const { ws, id } = await cancelled(onAmbiguous);

    const left = { total: PEOPLE, held: 3, skipped: PEOPLE - 3, pending: 0, deferred: 0, sent: 0 };
    expect(exactCounts(engine.data, ws, id)).toMatchObject(left);
    expect(addresses(ws, "state = 2 AND reason = 'ambiguous'")).toEqual(DROPPED);
    expect(addresses(ws, "state = 6 AND reason = 'cancelled'")).toHaveLength(PEOPLE - 3);
  }, 30_000);
}

test("neither a segment of non-recipients nor a second send includes people whose message may have arrived", async () => {
  const { ws, id } = await cancelled("resend");

  for (const mail of ["sent", "delivered"] as const) {
    const missed = peopleOf(ws, { mail, has: false, campaigns: [id] } as Rule);
    expect(missed).toHaveLength(PEOPLE - 3);
    expect(missed).not.toContain(DROPPED[0]);
    expect(peopleOf(ws, { mail, has: true, campaigns: [id] } as Rule)).toEqual(DROPPED);
  }
  const refusalOf = (asked: Promise<unknown>) => asked.catch((error: Error) => error.message);
  const again = { states: ["skipped" as const] };
  expect(await refusalOf(engine.delivery.retry(ws, id, again))).toContain(
    "must be sending, paused or completed",
  );
  expect(await refusalOf(engine.delivery.decideHeld(ws, id, "resend"))).toContain(
    "must be sending, paused or completed",
  );
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ held: 3, skipped: PEOPLE - 3 });
}, 30_000);

test("a person can decide what the ambiguous messages of a cancelled campaign count as", async () => {
  const { ws, id } = await cancelled("resend");
  const [first] = engine.data
    .db(ws)
    .prepare<[], { seq: number }>("SELECT seq FROM message WHERE state = 2 ORDER BY seq")
    .all();

  expect(await engine.delivery.decideHeld(ws, id, "sent", [first?.seq ?? 0])).toBe(1);
  expect(await engine.delivery.decideHeld(ws, id, "failed")).toBe(2);

  expect(exactCounts(engine.data, ws, id)).toMatchObject({
    held: 0,
    sent: 1,
    failed: 2,
    total: PEOPLE,
  });
  expect(statusOf(engine.data, ws, id).status).toBe("cancelled");
}, 30_000);
