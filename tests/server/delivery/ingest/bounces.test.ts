import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import type { BounceFact, ComplaintFact, Fact } from "../../../../server/delivery/facts.ts";
import type { Ingester } from "../../../../server/delivery/ingest/ingester.ts";
import { claimChunks } from "../../../../server/delivery/queue/claim.store.ts";
import { breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import {
  campaignCounts,
  campaignCountsByProvider,
} from "../../../../server/delivery/stats/counts.store.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import { NOW, newIngester, records } from "../../../support/ingest-fixture.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let data: DeliveryData;
let ws: string;
let db: Connection;
let ingester: Ingester;
let segment = 0;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  ingester = newIngester(data, {
    workspace: (id) => (id === ws ? data.databases.workspace(id) : undefined),
  });
});
afterEach(() => data.close());

function launch(contacts: number): number {
  data.addContacts(ws, contacts);
  const id = data.addCampaign(ws);
  data.freeze(ws, id, () => NOW);
  const claim = { campaignId: id, owner: "n:b", now: NOW, leaseUntil: NOW + 90_000 };
  claimChunks(db, { ...claim, messages: 1e9 });
  return id;
}

function apply(...facts: Fact[]): void {
  segment += 1;
  ingester.take("n/web", records(facts, segment));
  ingester.flush();
}

const sent = (c: number, s: number, at = NOW): Fact => ({
  ...{ k: "result", w: ws, c, s, ch: 1, ep: 1, at },
  ...{ st: "sent", oc: "accepted", cat: "accepted", n: 1 },
});

const bounce = (c: number, s: number, changes: Partial<BounceFact> = {}): BounceFact => ({
  ...{ k: "bounce", w: ws, c, s, at: NOW + MINUTE, via: "dsn", action: "failed" },
  ...{ code: 550, enh: "5.1.1", text: "User unknown", ...changes },
});

const complaint = (c: number, s: number, changes: Partial<ComplaintFact> = {}): ComplaintFact => ({
  ...{ k: "complaint", w: ws, c, s, at: NOW + MINUTE, via: "arf", kind: "abuse", ...changes },
});

const all = <T>(sql: string) => db.prepare<[], T>(sql).all();
const suppressions = () =>
  all<{ address: string; reason: string }>("SELECT address, reason FROM suppression");
const addressOf = (c: number, s: number) =>
  all<{ address: string }>(`SELECT address FROM message WHERE campaign_id = ${c} AND seq = ${s}`)[0]
    ?.address ?? "";
const stateOf = (c: number, s: number) =>
  all<{ state: number; reason: string }>(
    `SELECT state, reason FROM message WHERE campaign_id = ${c} AND seq = ${s}`,
  )[0];
const metric = (c: number, name: string) =>
  all<{ n: number }>(
    `SELECT n FROM campaign_count WHERE campaign_id = ${c} AND metric = '${name}' AND bucket = 0`,
  )[0]?.n ?? 0;

test("a bounced message gets its category, and every counter changes in the same transaction", () => {
  const c = launch(3);
  apply(sent(c, 1), sent(c, 2), sent(c, 3));

  apply(bounce(c, 2));

  expect(stateOf(c, 2)).toEqual({ state: 4, reason: "invalid_mailbox" });
  expect(campaignCounts(db, c, NOW)).toMatchObject({ total: 3, sent: 2, bounced: 1 });
  expect(campaignCountsByProvider(db, c, NOW).map(({ bounced }) => bounced)).toEqual([1]);
  expect([metric(c, "sent"), metric(c, "bounced")]).toEqual([2, 1]);
  expect(metric(c, "category:invalid_mailbox")).toBe(1);
  expect(suppressions()).toEqual([{ address: addressOf(c, 2), reason: "hard_bounce" }]);
  expect(all("SELECT kind, seq, rule FROM event")).toEqual([
    { kind: "bounce", seq: 2, rule: "dsn_failed" },
  ]);
  expect(all("SELECT action, category, reply FROM bounce_report")).toEqual([
    { action: "failed", category: "invalid_mailbox", reply: "User unknown" },
  ]);
});

test("the minutes of a timeline add up to the messages that stayed sent", () => {
  const c = launch(2);
  apply(sent(c, 1, NOW), sent(c, 2, NOW + 5 * MINUTE));

  apply(bounce(c, 1, { at: NOW + DAY }));

  const minutes = all<{ bucket: number; n: number }>(
    `SELECT bucket, n FROM campaign_count WHERE campaign_id = ${c} AND metric = 'sent' AND bucket > 0 ORDER BY bucket`,
  );
  expect(minutes.map(({ n }) => n)).toEqual([0, 1]);
});

test("a delay report adds an event and changes nothing else", () => {
  const c = launch(1);
  apply(sent(c, 1));

  apply(bounce(c, 1, { action: "delayed", code: 450, enh: "4.4.1", text: "still trying" }));

  expect(stateOf(c, 1)?.state).toBe(3);
  expect(suppressions()).toEqual([]);
  expect(all("SELECT kind, rule FROM event")).toEqual([{ kind: "bounce", rule: "dsn_delayed" }]);
});

test("a bounce that does not concern the mailbox suppresses nobody", () => {
  const c = launch(3);
  apply(sent(c, 1), sent(c, 2), sent(c, 3));

  apply(
    bounce(c, 1, { code: 554, enh: "5.7.1", text: "blocked using zen.spamhaus.org" }),
    bounce(c, 2, { code: 550, enh: "5.7.26", text: "DMARC policy" }),
    bounce(c, 3, { code: 0, enh: "4.4.7", text: "delivery time expired" }),
  );

  expect([1, 2, 3].map((s) => stateOf(c, s)?.reason)).toEqual([
    "ip_reputation",
    "auth_failure",
    "expired",
  ]);
  expect(suppressions()).toEqual([]);
});

test("expired queues in three campaigns say nothing about an address: our relay may be the cause", () => {
  const texts = [
    { code: 554, enh: "4.4.7", text: "Message expired" },
    { code: 550, enh: "5.4.316", text: "Message expired, connection refused" },
    { code: 554, enh: "5.4.7", text: "QUEUE.Expired; message could not be delivered for 2 days" },
  ];
  for (const [day, text] of texts.entries()) {
    const c = launch(day === 0 ? 1 : 0);
    const at = NOW + day * DAY;
    apply(sent(c, 1, at), bounce(c, 1, { ...text, at: at + MINUTE }));
    expect(stateOf(c, 1)?.reason).toBe("expired");
  }

  expect(suppressions()).toEqual([]);
  expect(all("SELECT * FROM soft_bounce")).toEqual([]);
});

test("refusals of our own return path, on any number of days, suppress nobody", () => {
  const text =
    "<b-mfzwizlsmfzwizlsmfzwizls@bounces.news.example>: Sender address rejected: User unknown in virtual mailbox table";
  for (const day of [0, 1, 2, 3]) {
    const c = launch(day === 0 ? 3 : 0);
    const at = NOW + day * DAY;
    apply(sent(c, 1, at), bounce(c, 1, { code: 550, enh: "5.1.0", text, at: at + MINUTE }));
    expect(stateOf(c, 1)?.reason).toBe("sender_refused");
  }

  expect(suppressions()).toEqual([]);
  expect(breakerRules.hardCategories).not.toContain("sender_refused");
  expect(breakerRules.hardCategories).not.toContain("expired");
  expect(breakerRules.blockCategories).toContain("sender_refused");
});

test("a report about somebody else's address suppresses neither", () => {
  const c = launch(2);
  apply(sent(c, 1), sent(c, 2));

  apply(bounce(c, 1, { address: "victim@elsewhere.example" }));
  apply(bounce(c, 2, { address: addressOf(c, 2).toUpperCase() }));

  expect(stateOf(c, 1)?.state).toBe(4);
  expect(suppressions()).toEqual([{ address: addressOf(c, 2), reason: "hard_bounce" }]);
});

test("a report repeated a thousand times keeps a few rows and has one effect", () => {
  const c = launch(1);
  apply(sent(c, 1));

  for (let n = 0; n < 20; n += 1) {
    apply(...Array.from({ length: 50 }, () => bounce(c, 1)));
  }

  expect(all<{ n: number }>("SELECT count(*) AS n FROM bounce_report")[0]?.n).toBe(10);
  expect(all<{ n: number }>("SELECT count(*) AS n FROM event")[0]?.n).toBe(10);
  expect(metric(c, "bounced")).toBe(1);
});

test("many delay reports do not hide the final failure", () => {
  const c = launch(1);
  apply(sent(c, 1));
  const delayed = bounce(c, 1, { action: "delayed", code: 450, enh: "4.4.1", text: "later" });
  apply(...Array.from({ length: 30 }, () => delayed));

  apply(bounce(c, 1));

  expect(stateOf(c, 1)?.state).toBe(4);
});

test("a report a month later, or about a message that was never sent, has no effect", () => {
  const c = launch(2);
  apply(sent(c, 1));
  apply({
    ...{ k: "result", w: ws, c, s: 2, ch: 1, ep: 1, at: NOW },
    ...{ st: "skipped", oc: "", cat: "suppressed_manual", n: 0 },
  });

  apply(bounce(c, 1, { at: NOW + 31 * DAY }), bounce(c, 2), bounce(c, 99));

  expect(campaignCounts(db, c, NOW)).toMatchObject({ sent: 1, skipped: 1, bounced: 0 });
  expect(suppressions()).toEqual([]);
  expect(ingester.totals).toMatchObject({ late: 2, orphans: 1 });
});

test("a bounce read before the result of its attempt still ends as bounced, once", () => {
  const c = launch(1);

  apply(bounce(c, 1));
  expect(stateOf(c, 1)?.state).toBe(0);
  apply(sent(c, 1));

  expect(stateOf(c, 1)).toEqual({ state: 4, reason: "invalid_mailbox" });
  expect(campaignCounts(db, c, NOW)).toMatchObject({ pending: 0, sent: 0, bounced: 1 });
  expect([metric(c, "sent"), metric(c, "bounced")]).toEqual([0, 1]);
});

test("a complaint ends every list membership and suppresses at once, and repeating it changes nothing", () => {
  const c = launch(1);
  const contact = all<{ id: number }>("SELECT id FROM contact")[0]?.id ?? 0;
  data.addList(ws, [contact]);
  apply(sent(c, 1));

  apply(complaint(c, 1), complaint(c, 1));
  apply(complaint(c, 1, { kind: "../../Abuse<script>" }));

  expect(suppressions()).toEqual([{ address: addressOf(c, 1), reason: "complaint" }]);
  expect(all("SELECT status FROM list_contact")).toEqual([{ status: "unsubscribed" }]);
  expect(metric(c, "complaint")).toBe(1);
  expect(stateOf(c, 1)?.state).toBe(3);
  expect(all("SELECT rule FROM event ORDER BY id")).toEqual([
    { rule: "arf_abuse" },
    { rule: "arf_abuse" },
    { rule: "arf_abusescript" },
  ]);
});

test("a complaint replaces a bounce, and a temporary suppression never replaces a permanent one", () => {
  const c = launch(1);
  apply(sent(c, 1));
  apply({ k: "unsubscribe", w: ws, c, s: 1, at: NOW, via: "page", ip: "", ua: "" });
  apply(bounce(c, 1));
  expect(suppressions()[0]?.reason).toBe("hard_bounce");

  apply(complaint(c, 1));

  expect(suppressions()[0]?.reason).toBe("complaint");
});

const kinds = ["sent", "failed", "delayed", "complaint", "deferred"] as const;

function factOf(kind: (typeof kinds)[number], c: number, s: number): Fact {
  switch (kind) {
    case "sent":
      return sent(c, s);
    case "complaint":
      return complaint(c, s);
    case "deferred":
      return {
        ...{ k: "result", w: ws, c, s, ch: 1, ep: 1, at: NOW, st: "deferred" },
        ...{ oc: "deferred", cat: "greylist", due: NOW, n: 1 },
      };
    default:
      return bounce(c, s, { action: kind });
  }
}

function rowsIn(state: number): number {
  return all<{ n: number }>(`SELECT count(*) AS n FROM message WHERE state = ${state}`)[0]?.n ?? -1;
}

test("whatever reports arrive, in any order and number, the counts add up", () => {
  const choice = fc.record({ s: fc.integer({ min: 1, max: 8 }), kind: fc.constantFrom(...kinds) });
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 60 }), (choices) => {
      ws = data.newWorkspace();
      db = data.db(ws);
      const c = launch(8);
      for (const { s, kind } of choices) {
        apply(factOf(kind, c, s));
      }

      const { total, ...parts } = campaignCounts(db, c, NOW);
      expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBe(total);
      expect([parts.sent, parts.bounced]).toEqual([rowsIn(3), rowsIn(4)]);
      expect([metric(c, "sent"), metric(c, "bounced")]).toEqual([rowsIn(3), rowsIn(4)]);
      expect(ingester.totals.rejected).toBe(0);
    }),
    { numRuns: 40 },
  );
}, 60_000);
