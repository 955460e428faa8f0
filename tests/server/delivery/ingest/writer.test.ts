import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { claimChunks } from "../../../../server/delivery/queue/claim.store.ts";
import { createDue } from "../../../../server/delivery/queue/due.store.ts";
import { streamDir } from "../../../../server/delivery/threads/journal-streams.ts";
import { Writer } from "../../../../server/delivery/threads/writer.ts";
import { unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import {
  listSegments,
  newDurableMark,
  segmentPath,
} from "../../../../server/platform/journal/segments.ts";
import { openJournal } from "../../../../server/platform/journal/writer.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";
import { exactCounts, until } from "../../../support/delivery-engine.ts";

let data: DeliveryData;
let ws: string;
let id: number;
let writer: Writer | undefined;
let aheadMs: number;
let marks: { delivery: SharedArrayBuffer; web: SharedArrayBuffer };
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  data.addContacts(ws, 60);
  id = data.addCampaign(ws);
  finish(freezeAudience(() => data.db(ws), id, Date.now));
  createDue(data.databases.system, data.databases.workspace, Date.now).refresh(ws);
  marks = { delivery: newDurableMark(), web: newDurableMark() };
  aheadMs = 0;
});
afterEach(async () => {
  await writer?.stop();
  writer = undefined;
  data.close();
});

const dir = () => streamDir(data.dataDir, "delivery");
const dot = (s: number): Fact => ({ k: "dot", w: ws, c: id, s, at: Date.now() });
const sent = (s: number): Fact => ({
  k: "result",
  w: ws,
  c: id,
  s,
  ch: 1,
  ep: 1,
  at: Date.now(),
  st: "sent",
  oc: "accepted",
  cat: "accepted",
  n: 1,
});

/** Names of the writers that found themselves replaced. */
const deposed: string[] = [];

function newWriter(boot: string): Writer {
  const identity = { dataDir: data.dataDir, node: "n", boot };
  writer = new Writer(
    identity,
    marks,
    { applied: () => undefined, deposed: () => deposed.push(boot) },
    () => Date.now() + aheadMs,
  );
  return writer;
}

test("segments go when all in them is applied, and following the stream goes on", async () => {
  const started = newWriter("b");
  await started.recover();
  started.run();
  const journal = openJournal({ dir: dir(), durable: marks.delivery, segmentBytes: 200 });
  for (let s = 1; s <= 20; s++) {
    await journal.append(JSON.stringify(dot(s)));
    await journal.append(JSON.stringify(sent(s)));
  }
  await until(() => exactCounts(data, ws, id).sent === 20, "the first results");
  const before = listSegments(dir()).length;

  aheadMs = 61_000;
  await until(() => listSegments(dir()).length === 1, "the removal");
  await journal.append(JSON.stringify(sent(21)));
  await until(() => exactCounts(data, ws, id).sent === 21, "the next result");

  expect(before).toBeGreaterThan(10);
  await journal.close();
});

test("a dot without a result keeps its segment", async () => {
  const started = newWriter("b");
  await started.recover();
  started.run();
  const journal = openJournal({ dir: dir(), durable: marks.delivery, segmentBytes: 200 });
  for (let s = 1; s <= 20; s++) {
    await journal.append(JSON.stringify(s === 5 ? dot(s) : sent(s)));
  }
  await until(() => exactCounts(data, ws, id).sent === 19, "the results");

  aheadMs = 61_000;
  await until(() => (listSegments(dir())[0] ?? 0) > 1, "the removal");

  expect(existsSync(segmentPath(dir(), listSegments(dir())[0] ?? 0))).toBe(true);
  const kept = await Bun.file(segmentPath(dir(), listSegments(dir())[0] ?? 0)).text();
  expect(kept).toContain('"k":"dot"');
  await journal.close();
});

test("a start names the ambiguous messages once, takes the dead leases back, and says so again to nobody", async () => {
  const leaseUntil = Date.now() + 90_000;
  const lease = { campaignId: id, owner: "n:dead", now: Date.now(), leaseUntil, messages: 1_000 };
  claimChunks(data.db(ws), lease);
  const journal = openJournal({ dir: dir() });
  await Promise.all(
    [dot(1), sent(1), dot(2), dot(3)].map((fact) => journal.append(JSON.stringify(fact))),
  );
  await journal.close();

  expect(await newWriter("second").recover()).toMatchObject({ ambiguous: 2, leases: 1 });
  await writer?.stop();
  expect(await newWriter("third").recover()).toMatchObject({ ambiguous: 0, leases: 0 });

  expect(exactCounts(data, ws, id, 60)).toMatchObject({
    sent: 1,
    deferred: 2,
    pending: 57,
    leased: 0,
  });
  const ambiguous = data
    .db(ws)
    .prepare("SELECT seq FROM attempt WHERE outcome = 'ambiguous' ORDER BY seq");
  expect(ambiguous.all()).toEqual([{ seq: 2 }, { seq: 3 }]);
  const again = claimChunks(data.db(ws), { ...lease, owner: "n:third" });
  expect(again.length).toBe(1);
});

test("a writer whose data folder another process has taken claims and applies nothing more", async () => {
  const first = newWriter("first");
  await first.recover();
  first.run();
  const second = newWriter("second");
  await second.recover();

  const leased = first.lease({ inHand: [], want: 100 });
  const journal = openJournal({ dir: dir(), durable: marks.delivery });
  await journal.append(JSON.stringify(sent(1)));
  await until(() => deposed.length > 0, "the first to notice");

  expect(leased).toEqual([]);
  expect(deposed).toEqual(["first"]);
  expect(exactCounts(data, ws, id).sent).toBe(0);
  await journal.close();
  await first.stop();
});

test("a result that comes under an old lease counts, and a second acceptance is listed as a second copy", async () => {
  const started = newWriter("b");
  await started.recover();
  started.run();
  const journal = openJournal({ dir: dir(), durable: marks.delivery });
  await journal.append(JSON.stringify({ ...sent(1), ep: 7 }));
  await journal.append(JSON.stringify({ ...sent(1), ep: 2 }));
  const attempts = data.db(ws).prepare("SELECT outcome, category FROM attempt WHERE seq = 1");
  await until(() => attempts.all().length === 2, "both attempts");

  expect(exactCounts(data, ws, id).sent).toBe(1);
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
  "what was ambiguous while its workspace was set aside goes by its campaign's word once it is back: %s",
  async (word, counts) => {
    data
      .db(ws)
      .prepare("INSERT INTO campaign_sending (campaign_id, on_ambiguous) VALUES (?, ?)")
      .run(id, word);
    const journal = openJournal({ dir: dir() });
    await Promise.all([dot(2), dot(3)].map((fact) => journal.append(JSON.stringify(fact))));
    await journal.close();
    data.databases.setAside(ws, new FileFault("damaged", "as found"));
    expect(data.databases.setAsideIds()).toEqual([ws]);

    const started = newWriter("b");
    expect(await started.recover()).toMatchObject({ ambiguous: 2 });
    started.run();
    data.databases.bringBack(ws, Date.now() + 1);
    await until(() => exactCounts(data, ws, id, 60).pending === 58, "the return");

    expect(exactCounts(data, ws, id, 60)).toMatchObject(counts);
  },
);

test("leases of another journal's process are told even where no mark was left, and each of their messages waits for a person", async () => {
  const now = Date.now();
  const lease = { campaignId: id, owner: "lost:dead", now, leaseUntil: now, messages: 1_000 };
  claimChunks(data.db(ws), lease);
  data
    .db(ws)
    .prepare("UPDATE message SET state = 1, due_at = ? WHERE campaign_id = ? AND seq = 1")
    .run(now - 1, id);
  data
    .db(ws)
    .prepare("UPDATE chunk SET pending = pending - 1, deferred = 1 WHERE first_seq = 1")
    .run();

  const { ambiguous } = await newWriter("first").recover();

  expect(ambiguous).toBe(60);
  expect(exactCounts(data, ws, id, 60)).toMatchObject({ held: 60, pending: 0, deferred: 0 });
  expect(unreadDamage(data.databases.system)).toMatchObject([{ kind: "journal_missing" }]);
});

test("a journal that is gone is told, its numbers go on, and what was in hand waits for a person", async () => {
  const lease = {
    campaignId: id,
    owner: "n:dead",
    now: Date.now(),
    leaseUntil: 1,
    messages: 1_000,
  };
  claimChunks(data.db(ws), lease);
  const before = openJournal({ dir: dir(), segmentBytes: 100, durable: marks.delivery });
  for (let s = 1; s <= 5; s++) {
    await before.append(JSON.stringify(sent(s)));
  }
  await before.close();
  const first = newWriter("first");
  await first.recover();
  await first.stop();
  claimChunks(data.db(ws), { ...lease, owner: "n:killed" });
  rmSync(dir(), { recursive: true });

  const second = newWriter("second");
  const { above, ambiguous } = await second.recover();
  second.run();

  expect(above.delivery).toBeGreaterThan(5);
  expect(ambiguous).toBe(55);
  expect(exactCounts(data, ws, id, 60)).toMatchObject({ sent: 5, held: 55, pending: 0 });
  expect(unreadDamage(data.databases.system)).toMatchObject([{ kind: "journal_missing" }]);
  const after = openJournal({ dir: dir(), above: above.delivery, durable: marks.delivery });
  await after.append(JSON.stringify(sent(6)));
  await until(() => exactCounts(data, ws, id, 60).sent === 6, "a result after the loss");
  await after.close();
});

test("chunks of a dead process that cannot be given back at the start are given back once that is possible", async () => {
  const leaseUntil = Date.now() + 90_000;
  const lease = { campaignId: id, owner: "n:dead", now: Date.now(), leaseUntil, messages: 1_000 };
  claimChunks(data.db(ws), lease);
  // Any fault that is not the file's: a full disk, for example.
  data
    .db(ws)
    .exec("CREATE TRIGGER full BEFORE UPDATE ON chunk BEGIN SELECT RAISE(ABORT, 'no room'); END");

  const started = newWriter("second");
  expect(await started.recover()).toMatchObject({ leases: 0 });
  started.run();
  expect(exactCounts(data, ws, id, 60).leased).toBeGreaterThan(0);
  data.db(ws).exec("DROP TRIGGER full");

  await until(() => exactCounts(data, ws, id, 60).leased === 0, "the chunk to come back");
});
