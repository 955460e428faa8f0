import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { strike } from "../../../../server/delivery/ingest/strikes.ts";
import { bounceRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { categories } from "../../../../server/delivery/result/categories.ts";
import { changeDeliverySettings } from "../../../../server/delivery/settings.store.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const address = "r1@reader.example";

let data: DeliveryData;
let db: Connection;
beforeEach(() => {
  data = newDeliveryData();
  const ws = data.newWorkspace();
  db = data.db(ws);
  data.addContacts(ws, 1);
});
afterEach(() => data.close());

let campaigns = 0;
function fail(category: string, at: number, campaignId = ++campaigns): void {
  strike(db, { address, contactId: 1, category, campaignId, at, detail: "no" }, bounceRules);
}

/** Another campaign's message to the same contact. */
function deliver(at: number): void {
  campaigns += 1;
  db.pragma("foreign_keys = OFF");
  db.prepare(
    "INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at) VALUES (?, 1, 1, ?, 3, ?)",
  ).run(campaigns, address, at);
}

const suppression = () =>
  db
    .prepare<[], { reason: string; expiresAt: number | null }>(
      "SELECT reason, expires_at AS expiresAt FROM suppression",
    )
    .get();
const strikes = () =>
  db.prepare<[], { n: number }>("SELECT count(*) AS n FROM soft_bounce").get()?.n;

test("an unclear refusal suppresses the address on the second day, not through two on one day", () => {
  fail("unclear_550", NOW);
  fail("unclear_550", NOW + 60_000);
  expect(suppression()).toBeUndefined();

  fail("unclear_550", NOW + DAY);

  expect(suppression()).toEqual({ reason: "hard_bounce", expiresAt: NOW + 181 * DAY });
  expect(strikes()).toBe(0);
});

test("a disabled mailbox is suppressed at the second refusal in 30 days", () => {
  fail("inactive_mailbox", NOW);
  fail("inactive_mailbox", NOW + 31 * DAY);
  expect(suppression()).toBeUndefined();

  fail("inactive_mailbox", NOW + 40 * DAY);

  expect(suppression()?.reason).toBe("hard_bounce");
});

test("a full mailbox is suppressed after four failures over at least 30 days", () => {
  for (const day of [0, 1, 2, 3, 4]) {
    fail("mailbox_full", NOW + day * DAY);
  }
  expect(suppression()).toBeUndefined();

  fail("mailbox_full", NOW + 30 * DAY);

  expect(suppression()?.reason).toBe("hard_bounce");
});

test("an address that expired in three campaigns in 30 days is suppressed, and so is one that filtered three", () => {
  for (const category of ["expired", "filtered"]) {
    db.prepare("DELETE FROM suppression").run();
    fail(category, NOW);
    fail(category, NOW + DAY);
    expect(suppression()).toBeUndefined();
    fail(category, NOW + 2 * DAY);
    expect(suppression()?.reason).toBe("hard_bounce");
  }
});

test("a campaign counts once against an address, however often it is reported", () => {
  for (let n = 0; n < 50; n += 1) {
    fail("inactive_mailbox", NOW + n, 7);
    fail("filtered", NOW + n, 7);
  }

  expect(suppression()).toBeUndefined();
  expect(strikes()).toBe(2);
});

test("a later delivery cancels the failures counted before it", () => {
  fail("inactive_mailbox", NOW);
  deliver(NOW + HOUR);
  fail("inactive_mailbox", NOW + DAY);

  expect(suppression()).toBeUndefined();
  expect(strikes()).toBe(1);
});

test("a message that a relay has just accepted cancels nothing: it may still bounce", () => {
  fail("inactive_mailbox", NOW);
  deliver(NOW + DAY - 60_000);
  fail("inactive_mailbox", NOW + DAY);

  expect(suppression()?.reason).toBe("hard_bounce");
});

test("the workspace sets how long such an address is suppressed, and an unknown mailbox is suppressed permanently", () => {
  changeDeliverySettings(db, { softBounceDays: 30 });
  fail("no_domain", NOW);
  expect(suppression()?.expiresAt).toBe(NOW + 30 * DAY);

  fail("invalid_mailbox", NOW);
  expect(suppression()?.expiresAt).toBeNull();

  fail("no_domain", NOW);
  expect(suppression()?.expiresAt).toBeNull();
});

test("an address that unsubscribed is not mailed again because a later bounce has expired", () => {
  db.prepare(
    "INSERT INTO suppression (address, reason, source, detail, created_at) VALUES (?, 'unsubscribed', '', '', 0)",
  ).run(address);

  fail("no_domain", NOW);

  expect(suppression()).toEqual({ reason: "unsubscribed", expiresAt: null });
});

test("no number of refusals for reputation, policy, authentication or rate suppresses an address", () => {
  const harmless = Object.entries(categories)
    .filter(([name, { kind }]) => kind !== "hard" && kind !== "soft" && name !== "filtered")
    .map(([name]) => name);
  expect(harmless).toEqual(
    expect.arrayContaining(["ip_reputation", "auth_failure", "policy", "spam_content", "quota"]),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...harmless), fc.nat({ max: 400 })), { maxLength: 60 }),
      (failures) => {
        for (const [category, day] of failures) {
          fail(category, NOW + day * DAY);
        }
        expect(suppression()).toBeUndefined();
        expect(strikes()).toBe(0);
      },
    ),
    { numRuns: 30 },
  );
});
