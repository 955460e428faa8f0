import { afterEach, beforeEach, expect, test } from "bun:test";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import { consentRule, frozenAudience } from "../../../../server/delivery/consent.store.ts";
import {
  cancelSome,
  claimChunks,
  pauseWithReason,
  releaseForeignLeases,
  renewLeases,
} from "../../../../server/delivery/queue/claim.store.ts";
import { createDue, type Due } from "../../../../server/delivery/queue/due.store.ts";
import { loadChunk } from "../../../../server/delivery/queue/load.store.ts";
import { campaignCounts } from "../../../../server/delivery/stats/counts.store.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
let data: DeliveryData;
let ws: string;
let db: Connection;
let now: number;
let due: Due;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  now = NOW;
  due = createDue(data.databases.system, data.databases.workspace, () => now);
});
afterEach(() => data.close());

function launch(contacts: number, domains?: string[]): number {
  data.addContacts(ws, contacts, domains);
  const id = data.addCampaign(ws);
  finish(
    freezeAudience(
      () => db,
      id,
      () => NOW,
    ),
  );
  return id;
}

const load = (id: number, lastSeq: number) =>
  loadChunk(db, id, {
    firstSeq: 1,
    lastSeq,
    now,
    rule: consentRule(frozenAudience(db, id)),
    isBlocked: () => undefined,
  });

const claim = (campaignId: number, messages: number, owner = "n:b") =>
  claimChunks(db, { campaignId, owner, now, leaseUntil: now + 90_000, messages });

const nextAt = () =>
  data.databases.system.prepare<[], { next_at: number }>("SELECT next_at FROM workspace_due").get()
    ?.next_at;

test("chunks are leased from each provider in turn, and none twice", () => {
  const id = launch(6_000, ["gmail.com", "yahoo.com", "acme.example"]);

  const first = claim(id, 3_000);
  const second = claim(id, 99_000);
  const third = claim(id, 99_000);

  expect(new Set(first.map(({ provider }) => provider)).size).toBe(3);
  const numbers = [...first, ...second].map(({ chunkNo }) => chunkNo);
  expect(new Set(numbers).size).toBe(6);
  expect(third).toEqual([]);
  expect(campaignCounts(db, id, now)).toMatchObject({ leased: 6_000, pending: 0 });
});

test("nothing is leased from a campaign that is not sending", () => {
  const id = launch(100);
  db.prepare("UPDATE campaign SET status = 'pausing' WHERE id = ?").run(id);

  expect(claim(id, 1_000)).toEqual([]);
});

test("a deferred message comes out when it is due, and only then", () => {
  const id = launch(10);
  db.exec("UPDATE message SET state = 1, due_at = 1700000060000, attempts = 1 WHERE seq = 4");
  db.exec("UPDATE message SET state = 3 WHERE seq <> 4");
  db.exec("UPDATE chunk SET pending = 0, sent = 9, deferred = 1, next_due = 1700000060000");
  db.exec(
    "INSERT INTO attempt (campaign_id, seq, at, outcome) VALUES (1, 4, 1699999999000, 'ambiguous')",
  );

  expect(claim(id, 1_000)).toEqual([]);
  now += 60_000;
  const [chunk] = claim(id, 1_000);
  expect(chunk).toMatchObject({ firstSeq: 1, lastSeq: 10, epoch: 1 });

  const loaded = load(id, 10);
  expect(loaded.recipients).toHaveLength(1);
  expect(loaded.recipients[0]).toMatchObject({
    recipient: { seq: 4, attempts: 1 },
    firstTriedAt: 1_699_999_999_000,
    ambiguousBefore: 1,
  });
});

test("a contact suppressed or deleted since the launch is skipped when the chunk is loaded", () => {
  const id = launch(5);
  const select = db.prepare<[number], { address: string }>(
    "SELECT address FROM message WHERE seq = ?",
  );
  const suppress = db.prepare(
    "INSERT INTO suppression (address, reason, created_at, expires_at) VALUES (?, ?, 0, ?)",
  );
  suppress.run(select.get(1)?.address, "complaint", null);
  suppress.run(select.get(2)?.address, "manual", NOW);
  db.exec("DELETE FROM contact WHERE id = (SELECT contact_id FROM message WHERE seq = 3)");

  const loaded = load(id, 5);

  expect(loaded.recipients.map(({ recipient }) => recipient.seq)).toEqual([2, 4, 5]);
  expect(loaded.unsent).toEqual([
    { seq: 1, why: "suppressed_complaint" },
    { seq: 3, why: "contact_deleted" },
  ]);
});

test("only the owner in the right epoch can renew a lease", () => {
  const id = launch(10);
  const [mine] = claim(id, 1_000);
  const held = { campaignId: id, chunkNo: mine?.chunkNo ?? 0, epoch: 1 };

  expect(renewLeases(db, [held, { ...held, epoch: 2 }], "n:b", NOW + 5)).toEqual([held]);
  expect(renewLeases(db, [held], "n:other", NOW + 9)).toEqual([]);
  expect(db.prepare("SELECT lease_until FROM chunk").get()).toEqual({ lease_until: NOW + 5 });
});

test("leases of dead processes are released, and the process's own are kept", () => {
  const id = launch(3_000);
  claim(id, 1_000, "n:dead");
  claim(id, 1_000, "n:alive");

  expect(releaseForeignLeases(db, "n:alive")).toBe(1);

  const owners = db.prepare("SELECT owner, epoch FROM chunk ORDER BY chunk_no").all();
  expect(owners).toEqual([
    { owner: null, epoch: 2 },
    { owner: "n:alive", epoch: 1 },
    { owner: null, epoch: 0 },
  ]);
});

test("cancelling skips free chunks and leaves leased ones", () => {
  const id = launch(3_000);
  claim(id, 1_000);
  db.prepare("UPDATE campaign SET status = 'cancelling' WHERE id = ?").run(id);

  expect(cancelSome(db, id, NOW)).toBe(2_000);
  expect(cancelSome(db, id, NOW)).toBe(0);
  expect(campaignCounts(db, id, NOW)).toMatchObject({ skipped: 2_000, leased: 1_000 });
  const rows = db
    .prepare("SELECT reason, count(*) AS n FROM message WHERE state = 6 GROUP BY reason")
    .all();
  expect(rows).toEqual([{ reason: "cancelled", n: 2_000 }]);
});

test("delivery pauses only a campaign that is sending, and says why", () => {
  const id = launch(10);

  expect(pauseWithReason(db, id, "The route refused the password.", NOW)).toBe(true);
  expect(pauseWithReason(db, id, "Again.", NOW)).toBe(false);
  expect(db.prepare("SELECT status, status_reason FROM campaign").get()).toEqual({
    status: "pausing",
    status_reason: "The route refused the password.",
  });
});

test("a clock that steps back an hour does not delay a workspace with work by that hour", () => {
  launch(10);
  due.refresh(ws);
  expect(due.now()).toEqual([ws]);

  now -= 3_600_000;

  expect(due.now()).toEqual([ws]);
});

test("a clock that steps back is handled for all workspaces, also while one of them cannot be read", () => {
  const other = data.newWorkspace();
  launch(10);
  due.refresh(ws);
  due.lower(other, now);
  expect(due.now().sort()).toEqual([ws, other].sort());
  data.databases.setAside(other, new FileFault("damaged", "as found"));

  now -= 3_600_000;

  expect(due.now()).toEqual([ws]);
});

test("a workspace is due while it has work, at the time of its next retry, and never without work", () => {
  const id = launch(10);
  due.refresh(ws);
  expect(due.now()).toEqual([ws]);

  claim(id, 1_000);
  due.refresh(ws);
  expect(nextAt()).toBe(NOW + 90_000);
  expect(due.now()).toEqual([]);

  db.exec(
    "UPDATE chunk SET owner = NULL, lease_until = NULL, pending = 0, deferred = 10, next_due = 1700000300000",
  );
  due.refresh(ws);
  expect(nextAt()).toBe(1_700_000_300_000);

  db.exec("UPDATE campaign SET status = 'paused'");
  due.refresh(ws);
  expect(nextAt()).toBeUndefined();
});

test("a due time is lowered at once, never raised directly, and read again by the next process", () => {
  due.lower(ws, NOW + 500);
  due.lower(ws, NOW + 900);
  expect(nextAt()).toBe(NOW + 500);

  const next = createDue(data.databases.system, data.databases.workspace, () => now);
  expect(next.all()).toEqual([ws]);
  next.refresh(ws);
  expect(nextAt()).toBeUndefined();
});

test("an expected workspace is checked again after work could have been committed, whatever an earlier check found", () => {
  due.expect(ws);
  expect(due.now()).toEqual([ws]);
  due.refresh(ws);
  expect(nextAt()).toBe(NOW + 10_000);

  now += 10_000;
  expect(due.now()).toEqual([ws]);
  due.refresh(ws);
  expect(nextAt()).toBeUndefined();
});
