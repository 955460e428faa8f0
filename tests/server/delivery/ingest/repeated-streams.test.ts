import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { campaignCounts } from "../../../../server/delivery/stats/counts.store.ts";
import { CHROME, IngestFixture, NOW, records } from "../../../support/ingest-fixture.ts";

let fixture: IngestFixture;
beforeEach(() => {
  fixture = new IngestFixture();
});
afterEach(() => fixture.close());

test("a fact is applied once, however often its stream is read again", () => {
  const c = fixture.launch(50);
  fixture.claimAll(c);
  const facts: Fact[] = [
    ...Array.from({ length: 50 }, (_, i) => fixture.result(c, i + 1)),
    { k: "open", w: fixture.ws, c, s: 1, at: NOW + 60_000, ip: "198.51.100.1", ua: CHROME },
    {
      k: "click",
      w: fixture.ws,
      c,
      s: 1,
      link: 1,
      at: NOW + 61_000,
      ip: "198.51.100.1",
      ua: CHROME,
    },
    {
      k: "unsubscribe",
      w: fixture.ws,
      c,
      s: 2,
      at: NOW,
      via: "one_click",
      ip: "198.51.100.2",
      ua: "",
    },
    fixture.release(c),
  ];
  const first = fixture.newIngester();
  first.take("n/delivery", records(facts));
  first.flush();
  const once = fixture.everything();

  first.take("n/delivery", records(facts));
  first.flush();
  const again = fixture.newIngester();
  again.take("n/delivery", records(facts));
  again.flush();

  expect(fixture.everything()).toEqual(once);
  expect(again.totals.applied).toBe(0);
});

test("stopping between any two batches and reading the stream again has the same result as never stopping", () => {
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
        fixture.close();
        fixture = new IngestFixture();
        const c = fixture.launch(20);
        fixture.claimAll(c);
        const facts = choices.map(({ seq, kind }, i): Fact => {
          if (kind === "open") {
            return { k: "open", w: fixture.ws, c, s: seq, at: NOW + i, ip: "", ua: CHROME };
          }
          if (kind === "unsubscribe") {
            return {
              k: "unsubscribe",
              w: fixture.ws,
              c,
              s: seq,
              at: NOW + i,
              via: "page",
              ip: "",
              ua: CHROME,
            };
          }
          const st = kind as "sent" | "deferred" | "bounced";
          return fixture.result(c, seq, { at: NOW + i, st, oc: st === "sent" ? "accepted" : st });
        });
        const all = records(facts);
        for (const stop of stops) {
          const interrupted = fixture.newIngester();
          interrupted.take("n/delivery", all.slice(0, stop));
          interrupted.flush();
        }
        const last = fixture.newIngester();
        last.take("n/delivery", all);
        last.flush();

        const counts = campaignCounts(fixture.db, c, NOW);
        expect(fixture.count("SELECT count(*) AS n FROM attempt")).toBe(
          facts.filter((fact) => fact.k === "result").length,
        );
        expect(fixture.count("SELECT count(*) AS n FROM event")).toBe(
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
        const byRows = fixture.db
          .prepare<[number], { sent: number; deferred: number; bounced: number }>(
            "SELECT sum(state = 3) AS sent, sum(state = 1) AS deferred, sum(state = 4) AS bounced FROM message WHERE campaign_id = ?",
          )
          .get(c);
        expect(counts).toMatchObject(byRows ?? {});
        expect(fixture.metric(c, "open_human_unique")).toBe(
          new Set(facts.filter((fact) => fact.k === "open").map((fact) => "s" in fact && fact.s))
            .size,
        );
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test("dots without a result become the ambiguous messages of a dead sender", () => {
  const c = fixture.launch(3);
  const ingester = fixture.newIngester();

  ingester.take(
    "n/delivery",
    records([
      { k: "dot", w: fixture.ws, c, s: 1, at: NOW },
      { k: "dot", w: fixture.ws, c, s: 2, at: NOW },
      fixture.result(c, 1),
      { k: "dot", w: fixture.ws, c, s: 3, at: NOW },
      { k: "dot", w: fixture.ws, c, s: 4, at: NOW },
      { k: "undot", w: fixture.ws, c, s: 4, at: NOW },
    ]),
  );

  expect(ingester.openDots().map(({ fact }) => fact.s)).toEqual([2, 3]);
  ingester.flush();
  expect(ingester.removableBelow("n/delivery")).toBe(1);
});

test("segments may be removed only when their facts are applied and their dots have results", () => {
  const c = fixture.launch(3);
  const ingester = fixture.newIngester();

  ingester.take("n/delivery", records([{ k: "dot", w: fixture.ws, c, s: 1, at: NOW }], 1));
  ingester.take("n/delivery", records([fixture.result(c, 2)], 5));
  expect(ingester.removableBelow("n/delivery")).toBe(1);
  ingester.take("n/delivery", records([fixture.result(c, 1)], 6));
  expect(ingester.removableBelow("n/delivery")).toBe(5);
  ingester.flush();
  expect(ingester.removableBelow("n/delivery")).toBe(6);
  // The reader has moved on to an empty segment.
  expect(ingester.removableBelow("n/delivery", 7)).toBe(7);
  ingester.take("n/delivery", records([{ k: "dot", w: fixture.ws, c, s: 3, at: NOW }], 7));
  expect(ingester.removableBelow("n/delivery", 8)).toBe(7);
});

test("a fact that its database rejects is set aside alone, and the others in its batch are applied", () => {
  const c = fixture.launch(3);
  fixture.claimAll(c);
  fixture.db.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON attempt WHEN NEW.seq = 2 BEGIN SELECT RAISE(ABORT, 'broken page'); END",
  );
  const ingester = fixture.newIngester();

  ingester.take(
    "n/delivery",
    records([fixture.result(c, 1), fixture.result(c, 2), fixture.result(c, 3)]),
  );
  ingester.flush();

  expect(ingester.totals).toMatchObject({ applied: 2, rejected: 1 });
  expect(campaignCounts(fixture.db, c, NOW)).toMatchObject({ sent: 2, leased: 1 });
  expect(ingester.waiting).toBe(0);
});

test("a workspace whose database cannot be written waits alone, and loses nothing", () => {
  const c = fixture.launch(3);
  fixture.claimAll(c);
  const other = fixture.data.newWorkspace();
  const ingester = fixture.newIngester(fixture.data.databases.workspace);
  fixture.db.exec(
    "CREATE TRIGGER broken BEFORE INSERT ON ingest_position BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );

  const facts = [
    fixture.result(c, 1),
    fixture.result(c, 2),
    { ...fixture.result(1, 1), w: other },
    fixture.result(c, 3),
  ];
  ingester.take("n/delivery", records(facts));
  ingester.flush();
  expect(ingester.waiting).toBe(3);
  expect(ingester.totals).toMatchObject({ applied: 1, rejected: 0 });
  expect(ingester.removableBelow("n/delivery")).toBe(1);

  fixture.db.exec("DROP TRIGGER broken");
  ingester.flush();
  expect(ingester.waiting).toBe(0);
  expect(campaignCounts(fixture.db, c, NOW)).toMatchObject({ sent: 3 });
  expect(fixture.count("SELECT count(*) AS n FROM attempt")).toBe(3);
});
