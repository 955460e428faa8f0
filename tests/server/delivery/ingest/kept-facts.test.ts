import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../../../server/delivery/facts.ts";
import type { GatheredFact } from "../../../../server/delivery/ingest/gathered.ts";
import type { Ingester } from "../../../../server/delivery/ingest/ingester.ts";
import { KeptFacts } from "../../../../server/delivery/ingest/kept-facts.ts";
import { createDue } from "../../../../server/delivery/queue/due.store.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { comparePositions, segmentPath } from "../../../../server/platform/journal/segments.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";
import { exactCounts } from "../../../support/delivery-engine.ts";
import { newIngester } from "../../../support/ingest-fixture.ts";
import { restoreCopy } from "../../../support/older-copy.ts";

const PEOPLE = 3_000;
const STREAM = "n/delivery";
let data: DeliveryData;
let ws: string;
let other: string;
let id: number;

beforeEach(() => {
  data = newDeliveryData();
  [ws, other] = [data.newWorkspace(), data.newWorkspace()];
  for (const workspaceId of [ws, other]) {
    data.addContacts(workspaceId, PEOPLE);
    id = data.addCampaign(workspaceId);
    data.freeze(workspaceId, id);
  }
});
afterEach(() => data.close());

const folder = () => join(data.dataDir, "local", "kept", ws);

/** Like the writer thread of a new process: it knows only the files. */
function ingesterOver(kept: KeptFacts): Ingester {
  const { system, find } = data.databases;
  const due = createDue(system, find, Date.now);
  return newIngester(data, { workspace: find, kept, due, clock: Date.now });
}

const newKept = () => new KeptFacts(join(data.dataDir, "local", "kept"));

const sent = (w: string, s: number): Fact => ({
  k: "result",
  w,
  c: id,
  s,
  at: s,
  st: "sent",
  oc: "accepted",
  cat: "accepted",
  n: 1,
  ch: 1,
  ep: 1,
});

/** Results of both workspaces alternately, as in the journal, for a range of messages. */
function results(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((s) => [
    { payload: JSON.stringify(sent(ws, s)), end: { segment: 1, offset: s * 200 } },
    { payload: JSON.stringify(sent(other, s)), end: { segment: 1, offset: s * 200 + 100 } },
  ]);
}

const nothing = () => [];
const setAside = () => data.databases.setAside(ws, new FileFault("damaged", "as found"));
const bringBack = () => data.databases.bringBack(ws, Date.now() + 1);
const attempts = () => data.db(ws).prepare("SELECT count(*) FROM attempt").pluck().get();
const sentIn = (workspaceId: string) => exactCounts(data, workspaceId, id).sent;

test("facts of a workspace that is set aside are stored separately, others are applied, and on its return they count once", () => {
  const kept = newKept();
  const ingester = ingesterOver(kept);
  ingester.take(STREAM, results(1, 100));
  ingester.flush();
  setAside();
  ingester.take(STREAM, results(101, PEOPLE));
  ingester.flush();
  expect([sentIn(other), kept.has(ws), existsSync(folder())]).toEqual([PEOPLE, true, true]);
  // The journal's segments can be removed: the stored facts no longer need them.
  expect([ingester.waiting, ingester.removableBelow(STREAM)]).toEqual([0, 1]);

  bringBack();
  finish(ingester.revive(ws, nothing));

  expect([sentIn(ws), attempts()]).toEqual([PEOPLE, PEOPLE]);
  expect([kept.has(ws), existsSync(folder())]).toEqual([false, false]);
  kept.close();
});

test("facts read before the file was set aside are stored before those that follow", () => {
  const kept = newKept();
  const ingester = ingesterOver(kept);
  ingester.take(STREAM, results(1, 100));
  setAside();
  kept.hold(ws);
  // The writer thread's next tick reads on before it checks what is waiting.
  ingester.take(STREAM, results(101, 200));
  ingester.flush();
  expect(ingester.waiting).toBe(0);

  bringBack();
  finish(ingester.revive(ws, nothing));

  expect([sentIn(ws), sentIn(other)]).toEqual([200, 200]);
  kept.close();
});

test("a full disk under the stored facts loses none, including those of other workspaces", () => {
  const kept = newKept();
  const ingester = ingesterOver(kept);
  setAside();
  kept.hold(ws);
  mkdirSync(join(data.dataDir, "local"), { recursive: true });
  const root = join(data.dataDir, "local", "kept");
  writeFileSync(root, "in the way");
  ingester.take(STREAM, results(1, 100));
  ingester.flush();
  expect(sentIn(other)).toBe(100);
  // Facts that are not stored yet keep the journal from being removed.
  expect([ingester.waiting, ingester.removableBelow(STREAM)]).toEqual([100, 1]);

  rmSync(root);
  bringBack();
  finish(ingester.revive(ws, nothing));
  ingester.take(STREAM, results(101, 200));
  ingester.flush();

  expect([sentIn(ws), sentIn(other)]).toEqual([200, 200]);
  kept.close();
});

test("a journal with few facts of the workspace is read in steps as well", () => {
  const kept = newKept();
  const ingester = ingesterOver(kept);
  setAside();
  ingester.take(STREAM, results(1, 2));
  bringBack();
  let read = 0;
  function* ofOthers(): Generator<GatheredFact[]> {
    for (; read < 50; read += 1) {
      yield [];
    }
  }

  const revival = ingester.revive(ws, ofOthers);
  expect(revival.next().done).toBe(false);
  expect(read).toBeLessThan(2);
  finish(revival);
  expect([read, sentIn(ws)]).toEqual([50, 2]);
  kept.close();
});

test("a file found damaged while its facts are read does not affect other workspaces' facts in between", () => {
  data.db(ws).pragma("wal_checkpoint(TRUNCATE)");
  data.databases.closeWorkspace(ws);
  const file = openSync(workspacePath(data.dataDir, ws), "r+");
  writeSync(file, Buffer.alloc(400_000, 7), 0, 400_000, 4_096);
  closeSync(file);
  const kept = newKept();
  const ingester = ingesterOver(kept);

  ingester.take(STREAM, results(1, 50));
  ingester.flush();
  ingester.flush();

  expect(sentIn(other)).toBe(50);
  expect([...kept.read(ws)].flat()).toHaveLength(50);
  expect(data.databases.setAsideIds()).toEqual([ws]);
  kept.close();
});

test("stored facts survive their process; reading the journal again adds nothing", () => {
  const first = newKept();
  const before = ingesterOver(first);
  setAside();
  before.take(STREAM, results(1, 500));
  before.flush();
  first.sync();
  first.close();

  const kept = newKept();
  const ingester = ingesterOver(kept);
  ingester.take(STREAM, results(1, 800));
  ingester.flush();
  bringBack();
  finish(ingester.revive(ws, nothing));

  expect([sentIn(ws), attempts()]).toEqual([800, 800]);
  kept.close();
});

test("if a process is killed during the return, the next one applies the rest, and nothing twice", () => {
  const first = newKept();
  const before = ingesterOver(first);
  setAside();
  before.take(STREAM, results(1, PEOPLE));
  bringBack();
  const dying = before.revive(ws, nothing);
  dying.next();
  const half = sentIn(ws);
  // Facts that arrive in the meantime are stored after the others.
  before.take("n/web", [
    { payload: JSON.stringify(openOf(7)), end: { segment: 1, offset: 50 } },
    { payload: JSON.stringify(openOf(8)), end: { segment: 1, offset: 90 } },
  ]);
  first.close();

  const kept = newKept();
  const ingester = ingesterOver(kept);
  finish(ingester.revive(ws, nothing));

  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(PEOPLE);
  expect([sentIn(ws), attempts()]).toEqual([PEOPLE, PEOPLE]);
  expect(data.db(ws).prepare("SELECT count(*) FROM event").pluck().get()).toBe(2);
  expect(existsSync(folder())).toBe(false);
  kept.close();
});

const openOf = (s: number): Fact => ({ k: "open", w: ws, c: id, s, at: 1, ip: "", ua: "" });

test("a half-written last fact is ignored, and those before it count", () => {
  const first = newKept();
  const before = ingesterOver(first);
  setAside();
  before.take(STREAM, results(1, 50));
  first.close();
  const path = segmentPath(folder(), 1);
  const whole = Bun.file(path).size;
  truncateSync(path, whole - 20);
  const kept = newKept();
  const ingester = ingesterOver(kept);
  ingester.take(STREAM, results(1, 50));

  bringBack();
  finish(ingester.revive(ws, nothing));

  expect([sentIn(ws), attempts()]).toEqual([50, 50]);
  kept.close();
});

test.each([
  ["facts were kept meanwhile", 2_000],
  ["nothing was kept", 1_000],
])("an older copy of the file gets the journal's newer facts in order: %s", (_, upTo) => {
  const kept = newKept();
  const ingester = ingesterOver(kept);
  const copy = join(data.dataDir, "copy.db");
  ingester.take(STREAM, results(1, 300));
  ingester.flush();
  data.db(ws).prepare("VACUUM INTO ?").run(copy);
  ingester.take(STREAM, results(301, 1_000));
  ingester.flush();
  setAside();
  expect(data.databases.setAsideIds()).toEqual([ws]);
  kept.hold(ws);
  ingester.take(STREAM, results(1_001, upTo));
  restoreCopy(workspacePath(data.dataDir, ws), copy);
  bringBack();
  expect(sentIn(ws)).toBe(300);

  finish(
    ingester.revive(ws, (workspaceId, above) => [
      results(1, upTo)
        .map(
          ({ payload, end }): GatheredFact => ({ stream: STREAM, end, fact: JSON.parse(payload) }),
        )
        .filter(({ fact }) => fact.w === workspaceId)
        .filter(({ end }) => comparePositions(above.get(STREAM) ?? end, end) < 0),
    ]),
  );

  expect([sentIn(ws), attempts()]).toEqual([upTo, upTo]);
  kept.close();
});
