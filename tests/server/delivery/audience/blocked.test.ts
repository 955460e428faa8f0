import { afterEach, beforeEach, expect, test } from "bun:test";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import { countWaterfall } from "../../../../server/delivery/audience/waterfall.ts";
import { blockList } from "../../../../server/delivery/block-list.store.ts";
import { consentRule, frozenAudience } from "../../../../server/delivery/consent.store.ts";
import { loadChunk } from "../../../../server/delivery/queue/load.store.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
let data: DeliveryData;
let ws: string;
let db: Connection;
let system: Connection;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  system = data.databases.system;
});
afterEach(() => data.close());

const everyone = { everyone: true, includeLists: [], excludeLists: [] };

function blockInstance(address: string, expiresAt: number | null = null): void {
  system
    .prepare(
      `INSERT INTO instance_suppression (address, reason, created_by, created_at, expires_at)
       VALUES (?, 'spamtrap', 'admin', 0, ?)`,
    )
    .run(address, expiresAt);
}

function blockDomain(on: Connection, table: string, domain: string, subdomains: 0 | 1): void {
  on.prepare(
    `INSERT INTO ${table} (domain, subdomains, created_by, created_at) VALUES (?, ?, 'admin', 0)`,
  ).run(domain, subdomains);
}

function frozenAddresses(id: number): string[] {
  finish(
    freezeAudience(
      () => db,
      id,
      () => NOW,
      system,
    ),
  );
  return db
    .prepare<[number], { address: string }>(
      "SELECT address FROM message WHERE campaign_id = ? ORDER BY contact_id",
    )
    .all(id)
    .map(({ address }) => address);
}

test("contacts blocked by the instance or a blocked domain are counted by the waterfall and not frozen", () => {
  data.addContacts(ws, 8, [
    "late.example",
    "ok.example",
    "bad.example",
    "eu.bad.example",
    "sub.exact.example",
    "exact.example",
    "notbad.example",
    "trap.example",
  ]);
  blockInstance("r7@trap.example");
  blockInstance("r8@late.example", NOW - 1);
  blockDomain(system, "instance_blocked_domain", "bad.example", 1);
  blockDomain(db, "blocked_domain", "exact.example", 0);

  const waterfall = finish(countWaterfall(() => db, everyone, NOW, system));
  const addresses = frozenAddresses(data.addCampaign(ws, { audience: everyone }));

  expect(waterfall).toMatchObject({
    inAudience: 8,
    suppressed: { hardBounce: 0, complaint: 0, manual: 4 },
    recipients: 4,
  });
  expect(addresses).toEqual([
    "r1@ok.example",
    "r4@sub.exact.example",
    "r6@notbad.example",
    "r8@late.example",
  ]);
});

test("a contact blocked after the freeze is skipped when the chunk is loaded", () => {
  data.addContacts(ws, 4, ["c.example", "a.example", "b.example", "x.b.example"]);
  const id = data.addCampaign(ws, { audience: everyone });
  expect(frozenAddresses(id)).toHaveLength(4);

  blockInstance("r1@a.example");
  blockDomain(db, "blocked_domain", "b.example", 1);
  const isBlocked = blockList(system, db, NOW);
  const rule = consentRule(frozenAudience(db, id));
  const loaded = loadChunk(db, id, { firstSeq: 1, lastSeq: 4, now: NOW, rule, isBlocked });

  expect(loaded.recipients.map(({ recipient }) => recipient.address)).toEqual(["r4@c.example"]);
  expect(loaded.unsent.map(({ why }) => why).sort()).toEqual([
    "suppressed_blocked_domain",
    "suppressed_blocked_domain",
    "suppressed_spamtrap",
  ]);
});
