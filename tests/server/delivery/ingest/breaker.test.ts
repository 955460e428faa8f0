import { afterEach, beforeEach, expect, test } from "bun:test";
import { checkBreaker } from "../../../../server/delivery/ingest/breaker.ts";
import { breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import {
  changeDeliverySettings,
  deliveryDefaults,
} from "../../../../server/delivery/settings.store.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { spokenReason } from "../../../../server/reasons/because.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
let data: DeliveryData;
let db: Connection;
let id: number;
beforeEach(() => {
  data = newDeliveryData();
  const ws = data.newWorkspace();
  db = data.db(ws);
  changeDeliverySettings(db, deliveryDefaults);
  id = data.addCampaign(ws, { status: "sending" });
});
afterEach(() => data.close());

/** Rows as results leave them. */
function results(rows: { n: number; state: number; reason: string }[], pending = 1_000): void {
  db.prepare("DELETE FROM message").run();
  db.prepare("DELETE FROM chunk").run();
  const insert = db.prepare(
    "INSERT INTO message (campaign_id, seq, contact_id, address, state, reason) VALUES (?, ?, ?, '', ?, ?)",
  );
  let seq = 0;
  const count: Record<number, number> = { 1: 0, 3: 0, 4: 0, 5: 0 };
  db.transaction(() => {
    for (const { n, state, reason } of rows) {
      count[state] = (count[state] ?? 0) + n;
      for (let i = 0; i < n; i += 1) {
        seq += 1;
        insert.run(id, seq, seq, state, reason);
      }
    }
  })();
  db.prepare(
    `INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending, deferred, sent, bounced, failed)
     VALUES (?, 1, 'other', 1, ?, ?, ?, ?, ?, ?)`,
  ).run(id, seq + pending, pending, count[1], count[3], count[4], count[5]);
}

function complaints(n: number): void {
  db.prepare("INSERT OR REPLACE INTO campaign_count VALUES (?, 'complaint', 0, ?)").run(id, n);
}

const check = () => checkBreaker(db, id, breakerRules, NOW);
const status = () => {
  const row = db
    .prepare<[], { status: string; reason: string }>(
      "SELECT status, status_reason AS reason FROM campaign",
    )
    .get();
  return row && { ...row, reason: spokenReason(row.reason).reason };
};
const resume = () => db.prepare("UPDATE campaign SET status = 'sending'").run();
const sent = (n: number) => ({ n, state: 3, reason: "accepted" });
const bounced = (n: number, reason = "invalid_mailbox") => ({ n, state: 4, reason });

test("a campaign to a list with too many unknown addresses is paused, with the numbers", () => {
  results([sent(94), bounced(6)]);

  expect(check()).toBe(true);

  expect(status()).toEqual({
    status: "pausing",
    reason:
      "Too many addresses do not exist: 6 % (6 of 100) bounced. Campaigns are paused above 5 %.",
  });
});

test("few results, few bounces and full mailboxes pause nothing", () => {
  results([sent(50), bounced(49)]);
  expect(check()).toBe(false);
  results([sent(95), bounced(5)]);
  expect(check()).toBe(false);
  results([sent(80), bounced(20, "mailbox_full")]);
  expect(check()).toBe(false);
});

test("a resumed campaign is not paused again for the same rate, but for a much higher one", () => {
  results([sent(94), bounced(6)]);
  expect(check()).toBe(true);
  resume();
  results([sent(470), bounced(30)]);
  expect(check()).toBe(false);

  results([sent(450), bounced(50)]);
  expect(check()).toBe(true);
});

test("refusals for reputation or content pause a campaign, also deferred ones; a single mailbox's filter or policy does not", () => {
  results([sent(189), { n: 11, state: 1, reason: "ip_reputation" }]);
  expect(check()).toBe(true);
  expect(status()?.reason).toContain("5.5 % (11 of 200)");
  resume();
  db.prepare("DELETE FROM campaign_breaker").run();

  results([sent(150), { n: 50, state: 5, reason: "filtered" }]);
  expect(check()).toBe(false);
  results([sent(150), { n: 50, state: 1, reason: "greylist" }]);
  expect(check()).toBe(false);
});

test("complaints above 0.3 % pause a campaign; a single one never does", () => {
  results([sent(500)]);
  complaints(1);
  expect(check()).toBe(false);

  complaints(2);

  expect(check()).toBe(true);
  expect(status()?.reason).toBe(
    "Too many people reported it as spam: 0.4 % (2 of 500). Campaigns are paused above 0.3 %.",
  );
});

test("the workspace sets the rates, and 0 means never", () => {
  results([sent(90), bounced(10)]);
  changeDeliverySettings(db, { hardBouncePercent: 0 });
  expect(check()).toBe(false);
  changeDeliverySettings(db, { hardBouncePercent: 20 });
  expect(check()).toBe(false);
  changeDeliverySettings(db, { hardBouncePercent: 9 });
  expect(check()).toBe(true);
});

test("only a campaign that is being sent is paused", () => {
  results([sent(50), bounced(50)]);
  for (const was of ["paused", "completed", "cancelling"]) {
    db.prepare("UPDATE campaign SET status = ?").run(was);
    expect(check()).toBe(false);
    expect(status()?.status).toBe(was);
  }
});
