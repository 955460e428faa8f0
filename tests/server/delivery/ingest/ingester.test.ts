import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import type { Fact, ResultFact } from "../../../../server/delivery/facts.ts";
import { Ingester } from "../../../../server/delivery/ingest/ingester.ts";
import { claimChunks } from "../../../../server/delivery/queue/claim.store.ts";
import { createDue, type Due } from "../../../../server/delivery/queue/due.store.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { campaignCounts } from "../../../../server/delivery/stats/counts.store.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import type { ReadRecord } from "../../../../server/platform/journal/reader.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const CHROME = "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
let data: DeliveryData;
let ws: string;
let db: Connection;
let due: Due;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  due = createDue(data.databases.system, data.databases.workspace, () => NOW);
});
afterEach(() => data.close());

function launch(contacts: number): number {
  data.addContacts(ws, contacts);
  const id = data.addCampaign(ws);
  finish(
    freezeAudience(
      () => db,
      id,
      () => NOW,
    ),
  );
  due.refresh(ws);
  return id;
}

function claimAll(campaignId: number) {
  return claimChunks(db, {
    campaignId,
    owner: "n:b",
    now: NOW,
    leaseUntil: NOW + 90_000,
    messages: 1e9,
  });
}

function newIngester(
  workspace = (id: string) => (id === ws ? data.databases.workspace(id) : undefined),
): Ingester {
  return new Ingester({
    workspace,
    kept: data.kept,
    classify: classifyEngagement,
    bounces: bounceRules,
    breaker: breakerRules,
    due,
    onApplied: () => undefined,
    clock: () => NOW,
  });
}

/** Facts as they lie in a stream, 100 bytes each. */
function records(facts: Fact[], segment = 1): ReadRecord[] {
  return facts.map((fact, i) => ({
    payload: JSON.stringify(fact),
    end: { segment, offset: (i + 1) * 100 },
  }));
}

function result(c: number, s: number, changes: Partial<ResultFact> = {}): ResultFact {
  return {
    k: "result",
    w: ws,
    c,
    s,
    ch: 1,
    ep: 1,
    at: NOW,
    st: "sent",
    oc: "accepted",
    cat: "accepted",
    n: 1,
    ...changes,
  };
}

const release = (c: number): Fact => ({ k: "release", w: ws, c, ch: 1, ep: 1, at: NOW });
const campaignStatus = (id: number) =>
  db.prepare<[number], { status: string }>("SELECT status FROM campaign WHERE id = ?").get(id)
    ?.status;
const nextDue = () =>
  data.databases.system.prepare<[], { next_at: number }>("SELECT next_at FROM workspace_due").get()
    ?.next_at;
const count = (sql: string) => db.prepare<[], { n: number }>(sql).get()?.n;

function metric(campaignId: number, name: string, bucket = 0): number {
  const row = db
    .prepare<[number, string, number], { n: number }>(
      "SELECT n FROM campaign_count WHERE campaign_id = ? AND metric = ? AND bucket = ?",
    )
    .get(campaignId, name, bucket);
  return row?.n ?? 0;
}

/** Everything that facts can change, to compare two ways of getting there. */
function everything(): unknown {
  const tables = [
    "campaign",
    "message",
    "chunk",
    "attempt",
    "event",
    "engagement",
    "campaign_count",
    "link_count",
    "suppression",
    "ingest_position",
  ];
  return tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all());
}

test("results move rows, counters and the campaign in one step, and the last one completes it", () => {
  const c = launch(4);
  claimAll(c);
  const ingester = newIngester();

  ingester.take(
    "n/delivery",
    records([
      result(c, 1),
      result(c, 2, {
        st: "bounced",
        oc: "bounced",
        cat: "invalid_mailbox",
        sup: "hard_bounce",
        code: 550,
        text: "no such user",
      }),
      result(c, 3, {
        st: "deferred",
        oc: "deferred",
        cat: "greylist",
        due: NOW + 5 * MINUTE,
        code: 451,
      }),
      result(c, 4, { st: "skipped", oc: "", cat: "suppressed_manual", n: 0 }),
    ]),
  );
  ingester.flush();

  expect(campaignCounts(db, c, NOW)).toMatchObject({
    total: 4,
    sent: 1,
    bounced: 1,
    deferred: 1,
    skipped: 1,
    pending: 0,
    leased: 0,
  });
  expect(campaignStatus(c)).toBe("sending");
  expect(count("SELECT count(*) AS n FROM attempt")).toBe(3);
  expect(count("SELECT count(*) AS n FROM suppression WHERE reason = 'hard_bounce'")).toBe(1);
  expect(metric(c, "sent")).toBe(1);
  expect(metric(c, "sent", NOW - (NOW % MINUTE))).toBe(1);
  expect(metric(c, "category:greylist")).toBe(1);

  ingester.take("n/delivery", records([release(c)], 2));
  ingester.flush();
  const roundedUp = Math.ceil((NOW + 5 * MINUTE) / MINUTE) * MINUTE;
  expect(nextDue()).toBe(roundedUp);

  ingester.take("n/delivery", records([result(c, 3)], 3));
  ingester.flush();
  expect(campaignStatus(c)).toBe("completed");
  expect(nextDue()).toBeUndefined();
});

test("a fact is applied once, however often its stream is read again", () => {
  const c = launch(50);
  claimAll(c);
  const facts: Fact[] = [
    ...Array.from({ length: 50 }, (_, i) => result(c, i + 1)),
    { k: "open", w: ws, c, s: 1, at: NOW + 60_000, ip: "198.51.100.1", ua: CHROME },
    { k: "click", w: ws, c, s: 1, link: 1, at: NOW + 61_000, ip: "198.51.100.1", ua: CHROME },
    { k: "unsubscribe", w: ws, c, s: 2, at: NOW, via: "one_click", ip: "198.51.100.2", ua: "" },
    release(c),
  ];
  const first = newIngester();
  first.take("n/delivery", records(facts));
  first.flush();
  const once = everything();

  first.take("n/delivery", records(facts));
  first.flush();
  const again = newIngester();
  again.take("n/delivery", records(facts));
  again.flush();

  expect(everything()).toEqual(once);
  expect(again.totals.applied).toBe(0);
});

test("stopping between any two batches and reading the stream again gives the same as never stopping", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          seq: fc.integer({ min: 1, max: 20 }),
          kind: fc.constantFrom("sent", "deferred", "bounced", "open", "unsubscribe"),
        }),
        { minLength: 1, maxLength: 60 },
      ),
      fc.array(fc.nat({ max: 60 }), { maxLength: 4 }),
      (choices, stops) => {
        data.close();
        data = newDeliveryData();
        ws = data.newWorkspace();
        db = data.db(ws);
        due = createDue(data.databases.system, data.databases.workspace, () => NOW);
        const c = launch(20);
        claimAll(c);
        const facts = choices.map(({ seq, kind }, i): Fact => {
          if (kind === "open") {
            return { k: "open", w: ws, c, s: seq, at: NOW + i, ip: "", ua: CHROME };
          }
          if (kind === "unsubscribe") {
            return {
              k: "unsubscribe",
              w: ws,
              c,
              s: seq,
              at: NOW + i,
              via: "page",
              ip: "",
              ua: CHROME,
            };
          }
          const st = kind as "sent" | "deferred" | "bounced";
          return result(c, seq, { at: NOW + i, st, oc: st === "sent" ? "accepted" : st });
        });
        const all = records(facts);
        for (const stop of stops) {
          const interrupted = newIngester();
          interrupted.take("n/delivery", all.slice(0, stop));
          interrupted.flush();
        }
        const last = newIngester();
        last.take("n/delivery", all);
        last.flush();

        const counts = campaignCounts(db, c, NOW);
        expect(count("SELECT count(*) AS n FROM attempt")).toBe(
          facts.filter((fact) => fact.k === "result").length,
        );
        expect(count("SELECT count(*) AS n FROM event")).toBe(
          facts.filter((fact) => fact.k !== "result").length,
        );
        expect(
          counts.pending +
            counts.leased +
            counts.deferred +
            counts.held +
            counts.sent +
            counts.bounced +
            counts.failed +
            counts.skipped,
        ).toBe(20);
        const byRows = db
          .prepare<[number], { sent: number; deferred: number; bounced: number }>(
            "SELECT sum(state = 3) AS sent, sum(state = 1) AS deferred, sum(state = 4) AS bounced FROM message WHERE campaign_id = ?",
          )
          .get(c);
        expect(counts).toMatchObject(byRows ?? {});
        expect(metric(c, "open_human_unique")).toBe(
          new Set(facts.filter((fact) => fact.k === "open").map((fact) => "s" in fact && fact.s))
            .size,
        );
      },
    ),
    { numRuns: 25 },
  );
});

test("facts of a campaign or workspace that is gone are counted and hold nothing up", () => {
  const c = launch(1);
  claimAll(c);
  const ingester = newIngester();

  ingester.take(
    "n/delivery",
    records([
      result(999, 1),
      { k: "open", w: ws, c, s: 77, at: NOW, ip: "", ua: CHROME },
      { ...result(c, 1), w: "01hzzzzzzzzzzzzzzzzzzzzzzz" },
      result(c, 1),
    ]),
  );
  ingester.flush();

  expect(ingester.totals).toMatchObject({ orphans: 3, applied: 3, rejected: 0 });
  expect(campaignStatus(c)).toBe("completed");
});

test("a row that is final keeps its state when another result arrives, and the attempt is kept", () => {
  const c = launch(2);
  claimAll(c);
  const ingester = newIngester();

  ingester.take(
    "n/delivery",
    records([result(c, 1), result(c, 1, { st: "deferred", oc: "ambiguous", cat: "ambiguous" })]),
  );
  ingester.flush();

  expect(campaignCounts(db, c, NOW)).toMatchObject({ sent: 1, deferred: 0 });
  expect(count("SELECT count(*) AS n FROM attempt")).toBe(2);
  expect(ingester.totals.late).toBe(1);
});

test("pausing becomes paused only when no chunk is out on a lease", () => {
  const c = launch(10);
  claimAll(c);
  db.prepare("UPDATE campaign SET status = 'pausing' WHERE id = ?").run(c);
  const ingester = newIngester();

  ingester.take("n/delivery", records([result(c, 1)]));
  ingester.flush();
  expect(campaignStatus(c)).toBe("pausing");

  ingester.take("n/delivery", records([release(c)], 2));
  ingester.flush();
  expect(campaignStatus(c)).toBe("paused");
  expect(campaignCounts(db, c, NOW)).toMatchObject({ sent: 1, pending: 9 });
});

test("a release that comes after the chunk went to somebody else takes nothing from them", () => {
  const c = launch(10);
  claimAll(c);
  db.prepare("UPDATE chunk SET owner = 'other', epoch = 2").run();
  const ingester = newIngester();

  ingester.take("n/delivery", records([release(c)]));
  ingester.flush();

  expect(db.prepare("SELECT owner, epoch FROM chunk").get()).toEqual({ owner: "other", epoch: 2 });
});

test("an unsubscribe suppresses the address, ends the lists and never weakens a stronger reason", () => {
  const c = launch(2);
  data.addList(ws, [1, 2]);
  const complained = db
    .prepare<[number], { seq: number; address: string }>(
      "SELECT seq, address FROM message WHERE contact_id = ?",
    )
    .get(1);
  db.prepare(
    "INSERT INTO suppression (address, reason, created_at) VALUES (?, 'complaint', 0)",
  ).run(complained?.address);
  const ingester = newIngester();

  ingester.take(
    "n/web",
    records(
      [1, 2].map(
        (s): Fact => ({ k: "unsubscribe", w: ws, c, s, at: NOW, via: "one_click", ip: "", ua: "" }),
      ),
    ),
  );
  ingester.flush();

  expect(db.prepare("SELECT reason FROM suppression ORDER BY reason").all()).toEqual([
    { reason: "complaint" },
    { reason: "unsubscribed" },
  ]);
  expect(count("SELECT count(*) AS n FROM list_contact WHERE status = 'unsubscribed'")).toBe(2);
  expect(metric(c, "unsubscribe_unique")).toBe(2);
});

test("opens and clicks are counted apart for people and machines, each message once in the unique figures", () => {
  const c = launch(2);
  claimAll(c);
  const ingester = newIngester();
  const later = NOW + 3_600_000;

  ingester.take(
    "n/web",
    records([
      { k: "open", w: ws, c, s: 1, at: later, ip: "", ua: CHROME },
      { k: "open", w: ws, c, s: 1, at: later + 1, ip: "", ua: CHROME },
      { k: "open", w: ws, c, s: 2, at: later, ip: "", ua: "Mozilla/5.0" },
      { k: "click", w: ws, c, s: 1, link: 1, at: later, ip: "", ua: CHROME },
      { k: "click", w: ws, c, s: 1, link: 1, at: later + 9_000, ip: "", ua: CHROME },
      { k: "click", w: ws, c, s: 2, link: 1, at: later, ip: "", ua: CHROME, hint: "head" },
    ]),
  );
  ingester.flush();

  expect([
    metric(c, "open_human"),
    metric(c, "open_human_unique"),
    metric(c, "open_machine"),
  ]).toEqual([2, 1, 1]);
  expect(
    db
      .prepare("SELECT class_group, clicks, unique_clicks FROM link_count ORDER BY class_group")
      .all(),
  ).toEqual([
    { class_group: "human", clicks: 2, unique_clicks: 1 },
    { class_group: "machine", clicks: 1, unique_clicks: 1 },
  ]);
  expect(db.prepare("SELECT class, rule FROM event WHERE seq = 2 ORDER BY id").all()).toEqual([
    { class: "apple_mpp", rule: "apple_mail_privacy" },
    { class: "scanner", rule: "head_request" },
  ]);
});

test("dots without a result are what a dead sender leaves ambiguous", () => {
  const c = launch(3);
  const ingester = newIngester();

  ingester.take(
    "n/delivery",
    records([
      { k: "dot", w: ws, c, s: 1, at: NOW },
      { k: "dot", w: ws, c, s: 2, at: NOW },
      result(c, 1),
      { k: "dot", w: ws, c, s: 3, at: NOW },
      { k: "dot", w: ws, c, s: 4, at: NOW },
      { k: "undot", w: ws, c, s: 4, at: NOW },
    ]),
  );

  expect(ingester.openDots().map(({ fact }) => fact.s)).toEqual([2, 3]);
  ingester.flush();
  expect(ingester.removableBelow("n/delivery")).toBe(1);
});

test("segments may go only when their facts are applied and their dots answered", () => {
  const c = launch(3);
  const ingester = newIngester();

  ingester.take("n/delivery", records([{ k: "dot", w: ws, c, s: 1, at: NOW }], 1));
  ingester.take("n/delivery", records([result(c, 2)], 5));
  expect(ingester.removableBelow("n/delivery")).toBe(1);
  ingester.take("n/delivery", records([result(c, 1)], 6));
  expect(ingester.removableBelow("n/delivery")).toBe(5);
  ingester.flush();
  expect(ingester.removableBelow("n/delivery")).toBe(6);
  // The reader has gone on to a segment with nothing in it yet.
  expect(ingester.removableBelow("n/delivery", 7)).toBe(7);
  ingester.take("n/delivery", records([{ k: "dot", w: ws, c, s: 3, at: NOW }], 7));
  expect(ingester.removableBelow("n/delivery", 8)).toBe(7);
});

test("a fact its database refuses is put aside alone and the others of its batch are applied", () => {
  const c = launch(3);
  claimAll(c);
  db.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON attempt WHEN NEW.seq = 2 BEGIN SELECT RAISE(ABORT, 'broken page'); END",
  );
  const ingester = newIngester();

  ingester.take("n/delivery", records([result(c, 1), result(c, 2), result(c, 3)]));
  ingester.flush();

  expect(ingester.totals).toMatchObject({ applied: 2, rejected: 1 });
  expect(campaignCounts(db, c, NOW)).toMatchObject({ sent: 2, leased: 1 });
  expect(ingester.waiting).toBe(0);
});

test("a workspace whose database cannot be written waits alone, and loses nothing", () => {
  const c = launch(3);
  claimAll(c);
  const other = data.newWorkspace();
  const ingester = newIngester(data.databases.workspace);
  db.exec(
    "CREATE TRIGGER broken BEFORE INSERT ON ingest_position BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );

  const facts = [result(c, 1), result(c, 2), { ...result(1, 1), w: other }, result(c, 3)];
  ingester.take("n/delivery", records(facts));
  ingester.flush();
  expect(ingester.waiting).toBe(3);
  expect(ingester.totals).toMatchObject({ applied: 1, rejected: 0 });
  expect(ingester.removableBelow("n/delivery")).toBe(1);

  db.exec("DROP TRIGGER broken");
  ingester.flush();
  expect(ingester.waiting).toBe(0);
  expect(campaignCounts(db, c, NOW)).toMatchObject({ sent: 3 });
  expect(count("SELECT count(*) AS n FROM attempt")).toBe(3);
});
