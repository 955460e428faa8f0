import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { campaignCounts } from "../../../../server/delivery/stats/counts.store.ts";
import { CHROME, IngestFixture, NOW, records } from "../../../support/ingest-fixture.ts";

const MINUTE = 60_000;
let fixture: IngestFixture;
beforeEach(() => {
  fixture = new IngestFixture();
});
afterEach(() => fixture.close());

test("results update rows, counters and campaign in one transaction, and the last one completes the campaign", () => {
  const c = fixture.launch(4);
  fixture.claimAll(c);
  const ingester = fixture.newIngester();

  ingester.take(
    "n/delivery",
    records([
      fixture.result(c, 1),
      fixture.result(c, 2, {
        st: "bounced",
        oc: "bounced",
        cat: "invalid_mailbox",
        sup: "hard_bounce",
        code: 550,
        text: "no such user",
      }),
      fixture.result(c, 3, {
        st: "deferred",
        oc: "deferred",
        cat: "greylist",
        due: NOW + 5 * MINUTE,
        code: 451,
      }),
      fixture.result(c, 4, { st: "skipped", oc: "", cat: "suppressed_manual", n: 0 }),
    ]),
  );
  ingester.flush();

  expect(campaignCounts(fixture.db, c, NOW)).toMatchObject({
    total: 4,
    sent: 1,
    bounced: 1,
    deferred: 1,
    skipped: 1,
    pending: 0,
    leased: 0,
  });
  expect(fixture.campaignStatus(c)).toBe("sending");
  expect(fixture.count("SELECT count(*) AS n FROM attempt")).toBe(3);
  expect(fixture.count("SELECT count(*) AS n FROM suppression WHERE reason = 'hard_bounce'")).toBe(
    1,
  );
  expect(fixture.metric(c, "sent")).toBe(1);
  expect(fixture.metric(c, "sent", NOW - (NOW % MINUTE))).toBe(1);
  expect(fixture.metric(c, "category:greylist")).toBe(1);

  ingester.take("n/delivery", records([fixture.release(c)], 2));
  ingester.flush();
  const roundedUp = Math.ceil((NOW + 5 * MINUTE) / MINUTE) * MINUTE;
  expect(fixture.nextDue()).toBe(roundedUp);

  ingester.take("n/delivery", records([fixture.result(c, 3)], 3));
  ingester.flush();
  expect(fixture.campaignStatus(c)).toBe("completed");
  expect(fixture.nextDue()).toBeUndefined();
});

test("facts of a deleted campaign or workspace are counted and block nothing", () => {
  const c = fixture.launch(1);
  fixture.claimAll(c);
  const ingester = fixture.newIngester();

  ingester.take(
    "n/delivery",
    records([
      fixture.result(999, 1),
      { k: "open", w: fixture.ws, c, s: 77, at: NOW, ip: "", ua: CHROME },
      { ...fixture.result(c, 1), w: "01hzzzzzzzzzzzzzzzzzzzzzzz" },
      fixture.result(c, 1),
    ]),
  );
  ingester.flush();

  expect(ingester.totals).toMatchObject({ orphans: 3, applied: 3, rejected: 0 });
  expect(fixture.campaignStatus(c)).toBe("completed");
});

test("a row in a final state keeps it when another result arrives, and the attempt is recorded", () => {
  const c = fixture.launch(2);
  fixture.claimAll(c);
  const ingester = fixture.newIngester();

  ingester.take(
    "n/delivery",
    records([
      fixture.result(c, 1),
      fixture.result(c, 1, { st: "deferred", oc: "ambiguous", cat: "ambiguous" }),
    ]),
  );
  ingester.flush();

  expect(campaignCounts(fixture.db, c, NOW)).toMatchObject({ sent: 1, deferred: 0 });
  expect(fixture.count("SELECT count(*) AS n FROM attempt")).toBe(2);
  expect(ingester.totals.late).toBe(1);
});

test("pausing becomes paused only when no chunk is out on a lease", () => {
  const c = fixture.launch(10);
  fixture.claimAll(c);
  fixture.db.prepare("UPDATE campaign SET status = 'pausing' WHERE id = ?").run(c);
  const ingester = fixture.newIngester();

  ingester.take("n/delivery", records([fixture.result(c, 1)]));
  ingester.flush();
  expect(fixture.campaignStatus(c)).toBe("pausing");

  ingester.take("n/delivery", records([fixture.release(c)], 2));
  ingester.flush();
  expect(fixture.campaignStatus(c)).toBe("paused");
  expect(campaignCounts(fixture.db, c, NOW)).toMatchObject({ sent: 1, pending: 9 });
});

test("a release that arrives after the chunk was leased by another process does not affect its lease", () => {
  const c = fixture.launch(10);
  fixture.claimAll(c);
  fixture.db.prepare("UPDATE chunk SET owner = 'other', epoch = 2").run();
  const ingester = fixture.newIngester();

  ingester.take("n/delivery", records([fixture.release(c)]));
  ingester.flush();

  expect(fixture.db.prepare("SELECT owner, epoch FROM chunk").get()).toEqual({
    owner: "other",
    epoch: 2,
  });
});

test("an unsubscribe suppresses the address, ends list memberships and never weakens a stronger reason", () => {
  const c = fixture.launch(2);
  fixture.data.addList(fixture.ws, [1, 2]);
  const complained = fixture.db
    .prepare<[number], { seq: number; address: string }>(
      "SELECT seq, address FROM message WHERE contact_id = ?",
    )
    .get(1);
  fixture.db
    .prepare("INSERT INTO suppression (address, reason, created_at) VALUES (?, 'complaint', 0)")
    .run(complained?.address);
  const ingester = fixture.newIngester();

  ingester.take(
    "n/web",
    records(
      [1, 2].map(
        (s): Fact => ({
          k: "unsubscribe",
          w: fixture.ws,
          c,
          s,
          at: NOW,
          via: "one_click",
          ip: "",
          ua: "",
        }),
      ),
    ),
  );
  ingester.flush();

  expect(fixture.db.prepare("SELECT reason FROM suppression ORDER BY reason").all()).toEqual([
    { reason: "complaint" },
    { reason: "unsubscribed" },
  ]);
  expect(
    fixture.count("SELECT count(*) AS n FROM list_contact WHERE status = 'unsubscribed'"),
  ).toBe(2);
  expect(fixture.metric(c, "unsubscribe_unique")).toBe(2);
});

test("opens and clicks are counted separately for people and machines, each message once in unique figures", () => {
  const c = fixture.launch(2);
  fixture.claimAll(c);
  const ingester = fixture.newIngester();
  const later = NOW + 3_600_000;

  ingester.take(
    "n/web",
    records([
      { k: "open", w: fixture.ws, c, s: 1, at: later, ip: "", ua: CHROME },
      { k: "open", w: fixture.ws, c, s: 1, at: later + 1, ip: "", ua: CHROME },
      { k: "open", w: fixture.ws, c, s: 2, at: later, ip: "", ua: "Mozilla/5.0" },
      { k: "click", w: fixture.ws, c, s: 1, link: 1, at: later, ip: "", ua: CHROME },
      { k: "click", w: fixture.ws, c, s: 1, link: 1, at: later + 9_000, ip: "", ua: CHROME },
      { k: "click", w: fixture.ws, c, s: 2, link: 1, at: later, ip: "", ua: CHROME, hint: "head" },
    ]),
  );
  ingester.flush();

  expect([
    fixture.metric(c, "open_human"),
    fixture.metric(c, "open_human_unique"),
    fixture.metric(c, "open_machine"),
  ]).toEqual([2, 1, 1]);
  expect(
    fixture.db
      .prepare("SELECT class_group, clicks, unique_clicks FROM link_count ORDER BY class_group")
      .all(),
  ).toEqual([
    { class_group: "human", clicks: 2, unique_clicks: 1 },
    { class_group: "machine", clicks: 1, unique_clicks: 1 },
  ]);
  expect(
    fixture.db.prepare("SELECT class, rule FROM event WHERE seq = 2 ORDER BY id").all(),
  ).toEqual([
    { class: "apple_mpp", rule: "apple_mail_privacy" },
    { class: "scanner", rule: "head_request" },
  ]);
});
