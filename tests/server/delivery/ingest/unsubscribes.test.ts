// What an unsubscribe records in the consent log, and that it applies when its message is deleted.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { OutsideFact, UnsubscribeFact } from "../../../../server/delivery/facts.ts";
import type { Ingester } from "../../../../server/delivery/ingest/ingester.ts";
import { mergeContacts } from "../../../../server/features/contacts/contact-merge.ts";
import { presentContactId } from "../../../../server/features/tracking/recipient.service.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import { NOW, newIngester } from "../../../support/ingest-fixture.ts";

let data: DeliveryData;
let ws: string;
let db: Connection;
let ingester: Ingester;
let offset = 0;

beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  offset = 0;
  data.addContacts(ws, 2);
  const c = data.addCampaign(ws);
  db.prepare(
    "INSERT INTO message (campaign_id, seq, contact_id, address) VALUES (?, 1, 1, 'old@reader.example')",
  ).run(c);
  data.addList(ws, [1, 2]);
  ingester = newIngester(data, {
    workspace: (id) => (id === ws ? data.databases.workspace(id) : undefined),
  });
});
afterEach(() => data.close());

function apply(fact: Partial<UnsubscribeFact>): void {
  const whole = {
    k: "unsubscribe",
    w: ws,
    c: 1,
    s: 1,
    at: NOW,
    via: "mailto",
    ip: "192.0.2.9",
    ua: "MUA",
    ...fact,
  };
  take(whole as UnsubscribeFact);
}

function take(fact: OutsideFact): void {
  offset += 100;
  ingester.take("n/web", [{ payload: JSON.stringify(fact), end: { segment: 1, offset } }]);
  ingester.flush();
}

const rows = (sql: string) => db.prepare(sql).raw().all();
const ledger = () =>
  rows("SELECT contact_id, address, action, source, actor, ip, detail FROM consent ORDER BY id");
const suppressed = () => rows("SELECT address FROM suppression ORDER BY address").flat();
const left = () => rows("SELECT contact_id FROM list_contact WHERE status = 'unsubscribed'").flat();

test("an unsubscribe by mail is recorded as one withdrawal, however often it arrives", () => {
  db.exec("UPDATE contact SET address = 'old@reader.example' WHERE id = 1");
  apply({});
  apply({ via: "one_click" });

  expect(ledger()).toEqual([
    [1, "old@reader.example", "withdrawn", "campaign:1", "contact", "192.0.2.9", "mailto"],
  ]);
  expect(suppressed()).toEqual(["old@reader.example"]);
  expect(left()).toEqual([1]);
});

test("the link in an old message also applies to the person's current address", () => {
  apply({ ct: 1, a: "r1@reader.example" });

  expect(suppressed()).toEqual(["old@reader.example", "r1@reader.example"]);
});

test("a mail about an old message, whose token names no contact, also applies to the current address", () => {
  apply({});

  expect(suppressed()).toEqual(["old@reader.example", "r1@reader.example"]);
});

test("an unsubscribe of a person who changed the address and was then merged applies to every address", () => {
  mergeContacts(db, { keep: 2, from: 1 }, { actorId: "test", now: NOW });

  apply({});

  expect(suppressed()).toEqual(["old@reader.example", "r1@reader.example", "r2@reader.example"]);
  expect(left()).toEqual([2]);
});

test("a spam report by a merged contact ends the lists of the contact that was kept", () => {
  mergeContacts(db, { keep: 2, from: 1 }, { actorId: "test", now: NOW });

  take({ k: "complaint", w: ws, c: 1, s: 1, at: NOW, via: "arf", kind: "abuse" });

  expect(rows("SELECT address, reason FROM suppression ORDER BY address")).toEqual([
    ["old@reader.example", "complaint"],
    ["r1@reader.example", "complaint"],
    ["r2@reader.example", "complaint"],
  ]);
  expect(left()).toEqual([2]);
});

test("it applies when the campaign was deleted, through the contact in the token", () => {
  apply({ c: 77, s: 5, ct: 2, a: "r2@reader.example", via: "page" });

  expect(suppressed()).toEqual(["r2@reader.example"]);
  expect(left()).toEqual([2]);
  expect(ledger()).toMatchObject([
    [2, "r2@reader.example", "withdrawn", "campaign:77", "contact", "192.0.2.9", "page"],
  ]);
});

test("an unknown message without a contact affects nobody", () => {
  apply({ c: 77, s: 5 });

  expect(suppressed()).toEqual([]);
  expect(ledger()).toEqual([]);
});

test("a link to an address that was merged away unsubscribes the person, over a chain of merges too", () => {
  data.addContacts(ws, 1, ["reader.example"], "x");
  const add = db.prepare(
    "INSERT INTO message (campaign_id, seq, contact_id, address) SELECT 1, 10 + id, id, address FROM contact WHERE id > 1",
  );
  add.run();
  db.exec("UPDATE message SET address = 'r1@reader.example' WHERE seq = 1");
  mergeContacts(db, { keep: 2, from: 1 }, { actorId: "test", now: NOW });
  mergeContacts(db, { keep: 3, from: 2 }, { actorId: "test", now: NOW });

  apply({ c: 1, s: 1 });

  expect(presentContactId(db, 1)).toBe(3);
  expect(suppressed()).toEqual(["r1@reader.example", "r2@reader.example", "x1@reader.example"]);
  expect(rows("SELECT DISTINCT status FROM list_contact WHERE contact_id = 3")).toEqual([
    ["unsubscribed"],
  ]);
});
