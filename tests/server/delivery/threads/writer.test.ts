import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { listSegments, segmentPath } from "../../../../server/platform/journal/segments.ts";
import type { DeliveryData } from "../../../support/delivery-data.ts";
import { until } from "../../../support/delivery-engine.ts";
import { WriterFixture } from "../../../support/writer-fixture.ts";

const PEOPLE = 60;

let fixture: WriterFixture;
let data: DeliveryData;
let ws: string;
let id: number;
beforeEach(() => {
  fixture = new WriterFixture(PEOPLE);
  ({ data, ws } = fixture);
  id = fixture.launch();
});
afterEach(() => fixture.close());

const dir = () => fixture.dir;
const dot = (s: number) => fixture.dot(id, s);
const sent = (s: number) => fixture.sent(id, s);
const counts = () => fixture.counts(id);

test("segments are removed when everything in them is applied, and following the stream continues", async () => {
  const started = fixture.newWriter("b");
  await started.recover();
  started.run();
  const journal = fixture.openJournal({ segmentBytes: 200 });
  for (let s = 1; s <= 20; s++) {
    await journal.append(JSON.stringify(dot(s)));
    await journal.append(JSON.stringify(sent(s)));
  }
  await until(() => counts().sent === 20, "the first results");
  const before = listSegments(dir()).length;

  fixture.aheadMs = 61_000;
  await until(() => listSegments(dir()).length === 1, "the removal");
  await journal.append(JSON.stringify(sent(21)));
  await until(() => counts().sent === 21, "the next result");

  expect(before).toBeGreaterThan(10);
  await journal.close();
});

test("a dot without a result keeps its segment", async () => {
  const started = fixture.newWriter("b");
  await started.recover();
  started.run();
  const journal = fixture.openJournal({ segmentBytes: 200 });
  for (let s = 1; s <= 20; s++) {
    await journal.append(JSON.stringify(s === 5 ? dot(s) : sent(s)));
  }
  await until(() => counts().sent === 19, "the results");

  fixture.aheadMs = 61_000;
  await until(() => (listSegments(dir())[0] ?? 0) > 1, "the removal");

  expect(existsSync(segmentPath(dir(), listSegments(dir())[0] ?? 0))).toBe(true);
  const kept = await Bun.file(segmentPath(dir(), listSegments(dir())[0] ?? 0)).text();
  expect(kept).toContain('"k":"dot"');
  await journal.close();
});

test("a start reports the ambiguous messages once and releases the dead leases", async () => {
  fixture.leaseAll(id, "n:dead", Date.now() + 90_000);
  const journal = fixture.openJournal();
  await Promise.all(
    [dot(1), sent(1), dot(2), dot(3)].map((fact) => journal.append(JSON.stringify(fact))),
  );
  await journal.close();

  expect(await fixture.newWriter("second").recover()).toMatchObject({ ambiguous: 2, leases: 1 });
  await fixture.stopWriter();
  expect(await fixture.newWriter("third").recover()).toMatchObject({ ambiguous: 0, leases: 0 });

  expect(counts()).toMatchObject({
    sent: 1,
    deferred: 2,
    pending: 57,
    leased: 0,
  });
  const ambiguous = data
    .db(ws)
    .prepare("SELECT seq FROM attempt WHERE outcome = 'ambiguous' ORDER BY seq");
  expect(ambiguous.all()).toEqual([{ seq: 2 }, { seq: 3 }]);
  expect(fixture.leaseAll(id, "n:third", Date.now() + 90_000)).toHaveLength(1);
});

test("a writer whose data folder was taken by another process claims and applies nothing more", async () => {
  const first = fixture.newWriter("first");
  await first.recover();
  first.run();
  const second = fixture.newWriter("second");
  await second.recover();

  const leased = first.lease({ inHand: [], want: 100 });
  const journal = fixture.openJournal();
  await journal.append(JSON.stringify(sent(1)));
  await until(() => fixture.deposed.length > 0, "the first to notice");

  expect(leased).toEqual([]);
  expect(fixture.deposed).toEqual(["first"]);
  expect(counts().sent).toBe(0);
  await journal.close();
  await first.stop();
});

test("a result under an old lease counts, and a second acceptance is listed as a second copy", async () => {
  const started = fixture.newWriter("b");
  await started.recover();
  started.run();
  const journal = fixture.openJournal();
  await journal.append(JSON.stringify({ ...sent(1), ep: 7 }));
  await journal.append(JSON.stringify({ ...sent(1), ep: 2 }));
  const attempts = data.db(ws).prepare("SELECT outcome, category FROM attempt WHERE seq = 1");
  await until(() => attempts.all().length === 2, "both attempts");

  expect(counts().sent).toBe(1);
  expect(attempts.all()).toEqual([
    { outcome: "accepted", category: "accepted" },
    { outcome: "ambiguous", category: "second_copy" },
  ]);
  await journal.close();
});

test.each([
  ["resend", { sent: 0, deferred: 2, held: 0 }],
  ["hold", { sent: 0, deferred: 0, held: 2 }],
])(
  "messages that became ambiguous while their workspace was set aside follow their campaign's setting on return: %s",
  async (word, expected) => {
    data
      .db(ws)
      .prepare("INSERT INTO campaign_sending (campaign_id, on_ambiguous) VALUES (?, ?)")
      .run(id, word);
    const journal = fixture.openJournal();
    await Promise.all([dot(2), dot(3)].map((fact) => journal.append(JSON.stringify(fact))));
    await journal.close();
    fixture.setAside();

    const started = fixture.newWriter("b");
    expect(await started.recover()).toMatchObject({ ambiguous: 2 });
    started.run();
    fixture.bringBack();
    await until(() => counts().pending === 58, "the return");

    expect(counts()).toMatchObject(expected);
  },
);

test("leases of another journal's process are reported even without a mark, and each of their messages waits for a person", async () => {
  const now = Date.now();
  fixture.leaseAll(id, "lost:dead");
  data
    .db(ws)
    .prepare("UPDATE message SET state = 1, due_at = ? WHERE campaign_id = ? AND seq = 1")
    .run(now - 1, id);
  data
    .db(ws)
    .prepare("UPDATE chunk SET pending = pending - 1, deferred = 1 WHERE first_seq = 1")
    .run();

  const { ambiguous } = await fixture.newWriter("first").recover();

  expect(ambiguous).toBe(60);
  expect(counts()).toMatchObject({ held: 60, pending: 0, deferred: 0 });
  expect(fixture.notices()).toEqual(["journal_missing"]);
});

test("a missing journal is reported, its numbers continue, and messages in hand wait for a person", async () => {
  fixture.leaseAll(id, "n:dead", 1);
  const before = fixture.openJournal({ segmentBytes: 100 });
  for (let s = 1; s <= 5; s++) {
    await before.append(JSON.stringify(sent(s)));
  }
  await before.close();
  const first = fixture.newWriter("first");
  await first.recover();
  await first.stop();
  fixture.leaseAll(id, "n:killed", 1);
  rmSync(dir(), { recursive: true });

  const second = fixture.newWriter("second");
  const { above, ambiguous } = await second.recover();
  second.run();

  expect(above.delivery).toBeGreaterThan(5);
  expect(ambiguous).toBe(55);
  expect(counts()).toMatchObject({ sent: 5, held: 55, pending: 0 });
  expect(fixture.notices()).toEqual(["journal_missing"]);
  const after = fixture.openJournal({ above: above.delivery });
  await after.append(JSON.stringify(sent(6)));
  await until(() => counts().sent === 6, "a result after the loss");
  await after.close();
});

test("chunks of a dead process that cannot be released at the start are released once that is possible", async () => {
  fixture.leaseAll(id, "n:dead", Date.now() + 90_000);
  // Any fault other than the file's own, for example a full disk.
  data
    .db(ws)
    .exec("CREATE TRIGGER full BEFORE UPDATE ON chunk BEGIN SELECT RAISE(ABORT, 'no room'); END");

  const started = fixture.newWriter("second");
  expect(await started.recover()).toMatchObject({ leases: 0 });
  started.run();
  expect(counts().leased).toBeGreaterThan(0);
  data.db(ws).exec("DROP TRIGGER full");

  await until(() => counts().leased === 0, "the chunk to come back");
});
