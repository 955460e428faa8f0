import { afterEach, beforeEach, expect, test } from "bun:test";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import { providerOf } from "../../../../server/delivery/audience/providers.ts";
import { countWaterfall } from "../../../../server/delivery/audience/waterfall.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
let data: DeliveryData;
let ws: string;
let db: Connection;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
});
afterEach(() => data.close());

type MessageRow = { seq: number; contact_id: number; address: string };
type ChunkRow = { chunk_no: number; provider: string; first_seq: number; last_seq: number };
const messages = (id: number) =>
  db
    .prepare<[number], MessageRow>("SELECT * FROM message WHERE campaign_id = ? ORDER BY seq")
    .all(id);
const chunks = (id: number) =>
  db
    .prepare<[number], ChunkRow>("SELECT * FROM chunk WHERE campaign_id = ? ORDER BY chunk_no")
    .all(id);
const status = (id: number) =>
  db
    .prepare<[number], { status: string; recipient_total: number }>(
      "SELECT status, recipient_total FROM campaign WHERE id = ?",
    )
    .get(id);

function suppress(address: string, reason: string, expiresAt: number | null = null): void {
  db.prepare(
    "INSERT INTO suppression (address, reason, created_at, expires_at) VALUES (?, ?, 0, ?)",
  ).run(address, reason, expiresAt);
}

test("the waterfall gives the reason why each contact of the audience is not mailed, and its steps add up", () => {
  data.addContacts(ws, 20);
  db.exec("UPDATE contact SET address = 'broken', domain = '' WHERE id = 9");
  const ids = Array.from({ length: 12 }, (_, i) => i + 1);
  const first = data.addList(ws, ids);
  const second = data.addList(ws, [1, 2, 3]);
  const excluded = data.addList(ws, [4, 19]);
  suppress("r5@reader.example", "hard_bounce");
  suppress("r6@reader.example", "complaint");
  suppress("r7@reader.example", "unsubscribed");
  suppress("r8@reader.example", "manual", NOW + 1);
  suppress("r10@reader.example", "manual", NOW);
  db.prepare("UPDATE list_contact SET status = 'pending' WHERE contact_id = 11").run();
  db.prepare(
    "UPDATE list_contact SET status = 'unsubscribed' WHERE contact_id IN (1, 12) AND list_id = ?",
  ).run(first);
  db.prepare("UPDATE contact SET paused_until = ? WHERE id = 2").run(NOW + 1);
  db.prepare("UPDATE contact SET paused_until = ? WHERE id = 3").run(NOW);
  const audience = { includeLists: [first, second], excludeLists: [excluded] };

  const waterfall = finish(countWaterfall(() => db, audience, NOW));

  expect(waterfall).toEqual({
    duplicates: 3,
    inAudience: 12,
    excluded: 1,
    unsubscribed: 2,
    unconfirmed: 1,
    paused: 1,
    suppressed: { hardBounce: 1, complaint: 1, manual: 1, unclear: 0 },
    invalid: 1,
    recipients: 3,
  });
});

test("the freeze writes what the waterfall shows, for lists and for everyone", () => {
  data.addContacts(ws, 140_000, ["gmail.com", "yahoo.de", "acme.example", "nowhere"]);
  const list = data.addList(
    ws,
    Array.from({ length: 500 }, (_, i) => 1 + i * 275),
  );
  suppress("r2@acme.example", "hard_bounce");
  for (const audience of [
    { everyone: true, includeLists: [], excludeLists: [list] },
    { includeLists: [list], excludeLists: [] },
  ]) {
    const id = data.addCampaign(ws, { audience });

    const waterfall = finish(countWaterfall(() => db, audience, NOW));
    const frozen = finish(
      freezeAudience(
        () => db,
        id,
        () => NOW,
      ),
    );

    expect(frozen).toBe(waterfall.recipients);
    const contacts = messages(id).map((row) => row.contact_id);
    expect(contacts.length).toBe(waterfall.recipients);
    expect(new Set(contacts).size).toBe(waterfall.recipients);
    expect(status(id)).toEqual({ status: "sending", recipient_total: waterfall.recipients });
  }
});

test("messages are grouped by provider, shuffled within a group, and cut into chunks of at most 1,000", () => {
  data.addContacts(ws, 6_000, ["gmail.com", "googlemail.com", "acme.example"]);
  const id = data.addCampaign(ws);

  finish(
    freezeAudience(
      () => db,
      id,
      () => NOW,
    ),
  );

  const rows = messages(id);
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 6_000 }, (_, i) => i + 1));
  let expectedFirst = 1;
  for (const chunk of chunks(id)) {
    expect(chunk.first_seq).toBe(expectedFirst);
    expect(chunk.last_seq - chunk.first_seq + 1).toBeLessThanOrEqual(1_000);
    const domains = rows
      .slice(chunk.first_seq - 1, chunk.last_seq)
      .map((row) => row.address.split("@")[1] ?? "");
    expect(new Set(domains.map(providerOf))).toEqual(new Set([chunk.provider]));
    expectedFirst = chunk.last_seq + 1;
  }
  const gmail = rows.slice(0, 4_000).map((row) => row.contact_id);
  const inOrder = gmail.filter((contactId, i) => contactId > (gmail[i - 1] ?? 0)).length;
  expect(inOrder).toBeGreaterThan(1_800);
  expect(inOrder).toBeLessThan(2_200);
});

test("a freeze that is interrupted anywhere and runs again includes every contact once", () => {
  data.addContacts(ws, 45_000, ["gmail.com", "acme.example"]);
  const id = data.addCampaign(ws);
  for (const stopAfter of [2, 5, 6]) {
    const steps = freezeAudience(
      () => db,
      id,
      () => NOW,
    );
    for (let i = 0; i < stopAfter; i++) {
      expect(steps.next().done).toBe(false);
    }
  }
  db.prepare("DELETE FROM contact WHERE id = 45000").run();

  expect(
    finish(
      freezeAudience(
        () => db,
        id,
        () => NOW,
      ),
    ),
  ).toBeGreaterThanOrEqual(44_999);

  const rows = messages(id);
  expect(new Set(rows.map((row) => row.contact_id)).size).toBe(rows.length);
  expect(rows.at(-1)?.seq).toBe(rows.length);
  expect(status(id)?.recipient_total).toBe(rows.length);
  expect(
    finish(
      freezeAudience(
        () => db,
        id,
        () => NOW,
      ),
    ),
  ).toBeUndefined();
});

test("a campaign without recipients completes at once; one cancelled meanwhile stays cancelled", () => {
  const empty = data.addCampaign(ws);
  expect(
    finish(
      freezeAudience(
        () => db,
        empty,
        () => NOW,
      ),
    ),
  ).toBe(0);
  expect(status(empty)).toEqual({ status: "completed", recipient_total: 0 });

  data.addContacts(ws, 30_000);
  const cancelled = data.addCampaign(ws);
  const steps = freezeAudience(
    () => db,
    cancelled,
    () => NOW,
  );
  steps.next();
  db.prepare("UPDATE campaign SET status = 'cancelling' WHERE id = ?").run(cancelled);

  expect(finish(steps)).toBeUndefined();
  expect(messages(cancelled)).toEqual([]);
});

test("a provider's domains are recognized, and look-alikes are not", () => {
  const known = ["yahoo.co.uk", "hotmail.fr", "gmx.net", "live.com.mx", "icloud.com"].map(
    providerOf,
  );
  expect(known).toEqual(["yahoo", "outlook", "gmx", "outlook", "apple"]);
  const unknown = ["yahoo.example.net", "notgmail.com", "live.acme", "xn--gmail-cva.com", ""].map(
    providerOf,
  );
  expect(unknown).toEqual(["other", "other", "other", "other", "other"]);
});
