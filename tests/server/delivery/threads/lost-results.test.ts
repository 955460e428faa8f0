// Workspaces that come back when the journal no longer tells what happened in them: it is said, and nobody is mailed twice in silence.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { claimChunks } from "../../../../server/delivery/queue/claim.store.ts";
import { createDue } from "../../../../server/delivery/queue/due.store.ts";
import { streamDir } from "../../../../server/delivery/threads/journal-streams.ts";
import { Writer } from "../../../../server/delivery/threads/writer.ts";
import { unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { listSegments, newDurableMark } from "../../../../server/platform/journal/segments.ts";
import { openJournal } from "../../../../server/platform/journal/writer.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";
import { exactCounts, until } from "../../../support/delivery-engine.ts";
import { restoreCopy } from "../../../support/older-copy.ts";

const PEOPLE = 60;

let data: DeliveryData;
let ws: string;
let id: number;
let writer: Writer | undefined;
let aheadMs: number;
let marks: { delivery: SharedArrayBuffer; web: SharedArrayBuffer };
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  data.addContacts(ws, PEOPLE);
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
const copy = () => join(data.dataDir, "copy.db");
const counts = () => exactCounts(data, ws, id, PEOPLE);
const notices = () => unreadDamage(data.databases.system).map(({ kind }) => kind);
const campaign = () =>
  data
    .db(ws)
    .prepare<[number], { status: string; reason: string }>(
      "SELECT status, status_reason AS reason FROM campaign WHERE id = ?",
    )
    .get(id);

async function newWriter(boot: string): Promise<Writer> {
  await writer?.stop();
  writer = new Writer(
    { dataDir: data.dataDir, node: "n", boot },
    marks,
    { applied: () => undefined, deposed: () => undefined },
    () => Date.now() + aheadMs,
  );
  return writer;
}

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

/** Sends to twenty people, copies the workspace's file after so many, and waits until most of the journal is removed. */
async function sendAndCopyAfter(copyAfter: number): Promise<void> {
  const running = await newWriter("first");
  await running.recover();
  running.run();
  const journal = openJournal({ dir: dir(), durable: marks.delivery, segmentBytes: 200 });
  for (let s = 1; s <= 20; s++) {
    await journal.append(JSON.stringify(sent(s)));
    if (s === copyAfter) {
      await until(() => counts().sent === s, "the results before the copy");
      data.db(ws).prepare("VACUUM INTO ?").run(copy());
    }
  }
  await until(() => counts().sent === 20, "all results");
  aheadMs = 61_000;
  await until(() => listSegments(dir()).length === 1, "the removal of what is applied");
  await journal.close();
  await running.stop();
  writer = undefined;
}

function restore(): void {
  data.databases.closeWorkspace(ws);
  restoreCopy(workspacePath(data.dataDir, ws), copy());
}

test("an older copy that the journal cannot bring up to date is told, and its campaigns wait for a person", async () => {
  await sendAndCopyAfter(5);
  restore();

  const started = await newWriter("second");
  await started.recover();

  expect(notices()).toEqual(["results_lost"]);
  expect(counts().sent).toBeLessThan(20);
  expect(campaign()).toEqual({
    status: "paused",
    reason: expect.stringContaining("may have received this campaign already"),
  });
  expect(started.lease({ inHand: [], want: 100 })).toEqual([]);
});

test("once somebody resumed its campaigns, an older copy is not told of again", async () => {
  await sendAndCopyAfter(5);
  restore();
  await (await newWriter("second")).recover();
  data.db(ws).prepare("UPDATE campaign SET status = 'sending' WHERE id = ?").run(id);

  const again = await newWriter("third");
  await again.recover();

  expect(notices()).toEqual(["results_lost"]);
  expect(campaign()?.status).toBe("sending");
  again.expect(ws);
  expect(again.lease({ inHand: [], want: 100 })).toHaveLength(1);
});

test("an older copy that is put back while the workspace is set aside is told when it returns", async () => {
  await sendAndCopyAfter(5);
  const running = await newWriter("second");
  await running.recover();
  running.run();
  data.databases.setAside(ws, new FileFault("damaged", "as found"));
  expect(data.databases.setAsideIds()).toEqual([ws]);
  await Bun.sleep(600);
  expect(notices()).toEqual([]);

  restore();
  data.databases.bringBack(ws, Date.now() + 1);
  await until(() => notices().length > 0, "the notice");
  await until(() => campaign()?.status === "paused", "the pause");

  expect(notices()).toEqual(["results_lost"]);
});

test("a copy that lacks nothing but what the journal holds is brought up to date without a word", async () => {
  await sendAndCopyAfter(20);
  restore();

  await (await newWriter("second")).recover();

  expect(notices()).toEqual([]);
  expect(counts().sent).toBe(20);
  expect(campaign()?.status).toBe("sending");
});

/** Everything of the campaign is on loan to a process that is dead. */
function leaseAll(owner: string): void {
  const now = Date.now();
  claimChunks(data.db(ws), { campaignId: id, owner, now, leaseUntil: now, messages: 1_000 });
}

function setAside(): void {
  data.databases.setAside(ws, new FileFault("damaged", "as found"));
  expect(data.databases.setAsideIds()).toEqual([ws]);
}

const ambiguous = () =>
  data.db(ws).prepare("SELECT count(*) FROM attempt WHERE outcome = 'ambiguous'").pluck().get();

test("set aside at the start at which another journal is found lost, what it had in hand is held when it returns", async () => {
  leaseAll("lost:dead");
  setAside();
  const started = await newWriter("first");
  expect(await started.recover()).toMatchObject({ ambiguous: 0, leases: 0 });
  started.run();

  data.databases.bringBack(ws, Date.now() + 1);
  await until(() => counts().held === PEOPLE, "the return");

  expect(ambiguous()).toBe(PEOPLE);
  expect(notices()).toEqual(["journal_missing"]);
});

test("set aside while the journal is lost and over another start, what it had in hand is held when it returns", async () => {
  const before = openJournal({ dir: dir(), segmentBytes: 100, durable: marks.delivery });
  for (let s = 1; s <= 5; s++) {
    await before.append(JSON.stringify(sent(s)));
  }
  await before.close();
  await (await newWriter("first")).recover();
  leaseAll("n:killed");
  await writer?.stop();
  writer = undefined;
  rmSync(dir(), { recursive: true });
  setAside();
  await (await newWriter("second")).recover();
  const third = await newWriter("third");
  await third.recover();
  third.run();

  data.databases.bringBack(ws, Date.now() + 1);
  await until(() => counts().held === PEOPLE - 5, "the return");

  expect(ambiguous()).toBe(PEOPLE - 5);
  expect(counts()).toMatchObject({ sent: 5, pending: 0, leased: 0 });
});

test("set aside and back with the whole journal, what was in hand is simply taken back", async () => {
  leaseAll("n:killed");
  setAside();
  const started = await newWriter("first");
  await started.recover();
  started.run();

  data.databases.bringBack(ws, Date.now() + 1);
  const onLoan = data.db(ws).prepare("SELECT count(*) FROM chunk WHERE owner IS NOT NULL").pluck();
  expect(onLoan.get()).toBe(1);
  await until(() => onLoan.get() === 0, "the return");

  expect(counts()).toMatchObject({ pending: PEOPLE, held: 0, leased: 0 });
  expect(ambiguous()).toBe(0);
});

test("in an older copy with lost results, what would start by itself waits for a person as well", async () => {
  const scheduled = data.addCampaign(ws, { status: "scheduled" });
  await sendAndCopyAfter(5);
  restore();

  await (await newWriter("second")).recover();

  expect(notices()).toEqual(["results_lost"]);
  expect(
    data.db(ws).prepare("SELECT status, status_reason FROM campaign WHERE id = ?").get(scheduled),
  ).toEqual({
    status: "draft",
    status_reason: expect.stringContaining("may have been sent, changed or cancelled"),
  });
});
