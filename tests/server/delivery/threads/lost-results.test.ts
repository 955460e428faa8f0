// Workspaces that return when the journal no longer has their results: this is reported, and nobody is mailed twice
// unnoticed.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { listSegments } from "../../../../server/platform/journal/segments.ts";
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

const counts = () => fixture.counts(id);
const campaign = () => fixture.campaign(id);
const notices = () => fixture.notices();

/**
 * Sends to twenty people, copies the workspace's file after `copyAfter`, and waits until most of the journal is
 * removed.
 */
async function sendAndCopyAfter(copyAfter: number): Promise<void> {
  const running = await fixture.nextWriter("first");
  await running.recover();
  running.run();
  const journal = fixture.openJournal({ segmentBytes: 200 });
  for (let s = 1; s <= 20; s++) {
    await journal.append(JSON.stringify(fixture.sent(id, s)));
    if (s === copyAfter) {
      await until(() => counts().sent === s, "the results before the copy");
      fixture.copyFile();
    }
  }
  await until(() => counts().sent === 20, "all results");
  fixture.aheadMs = 61_000;
  await until(() => listSegments(fixture.dir).length === 1, "the removal of what is applied");
  await journal.close();
  await fixture.stopWriter();
}

test("an older copy that the journal cannot bring up to date is reported, and its campaigns wait for a person", async () => {
  await sendAndCopyAfter(5);
  fixture.restoreCopy();

  const started = await fixture.nextWriter("second");
  await started.recover();

  expect(notices()).toEqual(["results_lost"]);
  expect(counts().sent).toBeLessThan(20);
  expect(campaign()).toEqual({
    status: "paused",
    reason: expect.stringContaining("may have received this campaign already"),
  });
  expect(started.lease({ inHand: [], want: 100 })).toEqual([]);
});

test("after a person resumed its campaigns, an older copy is not reported again", async () => {
  await sendAndCopyAfter(5);
  fixture.restoreCopy();
  await (await fixture.nextWriter("second")).recover();
  fixture.setStatus(id, "sending");

  const again = await fixture.nextWriter("third");
  await again.recover();

  expect(notices()).toEqual(["results_lost"]);
  expect(campaign()?.status).toBe("sending");
  again.expect(ws);
  expect(again.lease({ inHand: [], want: 100 })).toHaveLength(1);
});

test("an older copy restored while the workspace is set aside is reported when it returns", async () => {
  await sendAndCopyAfter(5);
  const running = await fixture.nextWriter("second");
  await running.recover();
  running.run();
  fixture.setAside();
  await Bun.sleep(600);
  expect(notices()).toEqual([]);

  fixture.restoreCopy();
  fixture.bringBack();
  await until(() => notices().length > 0, "the notice");
  await until(() => campaign()?.status === "paused", "the pause");

  expect(notices()).toEqual(["results_lost"]);
});

test("a copy that lacks only what the journal has is brought up to date without a notice", async () => {
  await sendAndCopyAfter(20);
  fixture.restoreCopy();

  await (await fixture.nextWriter("second")).recover();

  expect(notices()).toEqual([]);
  expect(counts().sent).toBe(20);
  expect(campaign()?.status).toBe("sending");
});

const ambiguous = () =>
  data.db(ws).prepare("SELECT count(*) FROM attempt WHERE outcome = 'ambiguous'").pluck().get();

test("set aside when another journal is found lost: messages in hand are held when it returns", async () => {
  fixture.leaseAll(id, "lost:dead");
  fixture.setAside();
  const started = await fixture.nextWriter("first");
  expect(await started.recover()).toMatchObject({ ambiguous: 0, leases: 0 });
  started.run();

  fixture.bringBack();
  await until(() => counts().held === PEOPLE, "the return");

  expect(ambiguous()).toBe(PEOPLE);
  expect(notices()).toEqual(["journal_missing"]);
});

test("set aside while the journal is lost, and over another start: messages in hand are held when it returns", async () => {
  const before = fixture.openJournal({ segmentBytes: 100 });
  for (let s = 1; s <= 5; s++) {
    await before.append(JSON.stringify(fixture.sent(id, s)));
  }
  await before.close();
  await (await fixture.nextWriter("first")).recover();
  fixture.leaseAll(id, "n:killed");
  await fixture.stopWriter();
  rmSync(fixture.dir, { recursive: true });
  fixture.setAside();
  await (await fixture.nextWriter("second")).recover();
  const third = await fixture.nextWriter("third");
  await third.recover();
  third.run();

  fixture.bringBack();
  await until(() => counts().held === PEOPLE - 5, "the return");

  expect(ambiguous()).toBe(PEOPLE - 5);
  expect(counts()).toMatchObject({ sent: 5, pending: 0, leased: 0 });
});

test("set aside and back with the complete journal: messages in hand are released", async () => {
  fixture.leaseAll(id, "n:killed");
  fixture.setAside();
  const started = await fixture.nextWriter("first");
  await started.recover();
  started.run();

  fixture.bringBack();
  const onLoan = data.db(ws).prepare("SELECT count(*) FROM chunk WHERE owner IS NOT NULL").pluck();
  expect(onLoan.get()).toBe(1);
  await until(() => onLoan.get() === 0, "the return");

  expect(counts()).toMatchObject({ pending: PEOPLE, held: 0, leased: 0 });
  expect(ambiguous()).toBe(0);
});

test("in an older copy with lost results, scheduled campaigns wait for a person as well", async () => {
  const scheduled = data.addCampaign(ws, { status: "scheduled" });
  await sendAndCopyAfter(5);
  fixture.restoreCopy();

  await (await fixture.nextWriter("second")).recover();

  expect(notices()).toEqual(["results_lost"]);
  expect(fixture.campaign(scheduled)).toEqual({
    status: "draft",
    reason: expect.stringContaining("may have been sent, changed or cancelled"),
  });
});
