import { afterEach, beforeEach, expect, test } from "bun:test";
import { mergeContacts } from "../../../../server/features/contacts/contact-merge.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

let data: DeliveryData;
let ws: string;
let db: Connection;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  data.addContacts(ws, 2);
});
afterEach(() => data.close());

const merge = (keep: number, from: number) =>
  mergeContacts(db, { keep, from }, { actorId: "test", now: NOW });

test("a merge keeps the longer pause, and fills place and time zone where the kept contact has none", () => {
  db.prepare(
    "UPDATE contact SET paused_until = ?, time_zone = 'Europe/Berlin', country = 'DE', city = 'Bonn' WHERE id = 1",
  ).run(NOW + 30 * DAY_MS);
  db.prepare("UPDATE contact SET paused_until = ?, country = 'FR' WHERE id = 2").run(NOW + DAY_MS);

  merge(2, 1);

  expect(
    db.prepare("SELECT paused_until, time_zone, country, city FROM contact WHERE id = 2").get(),
  ).toEqual({
    paused_until: NOW + 30 * DAY_MS,
    time_zone: "Europe/Berlin",
    country: "FR",
    city: "",
  });
});

test("a list left under either address stays left, unless the kept contact confirmed a subscription since", () => {
  const proofAt = (confirmedAt: number) => JSON.stringify({ confirmedAt });
  const left = NOW - 5 * DAY_MS;
  const agreed: [what: string, proof: string | null, after: string][] = [
    ["an administrator's word", null, "unsubscribed"],
    ["a claim in a file", JSON.stringify({ imported: { confirmedAt: NOW } }), "unsubscribed"],
    ["a confirmation before the other left", proofAt(left - 1), "unsubscribed"],
    ["a confirmation since", proofAt(left + 1), "subscribed"],
  ];
  const member = db.prepare("INSERT INTO list_contact VALUES (?, ?, ?, ?, '', '')");
  const entry = db.prepare(`
    INSERT INTO consent (at, contact_id, address, action, list_ids, source, actor, proof)
    VALUES (?, 2, 'r2@reader.example', 'given', ?, 'form:1', 'contact', ?)`);
  for (const [index, [, proof]] of agreed.entries()) {
    const list = index + 1;
    db.prepare(
      "INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
    ).run(list, `L${list}`, `l${list}`);
    member.run(list, 1, "unsubscribed", left);
    member.run(list, 2, "subscribed", NOW - DAY_MS);
    entry.run(NOW, JSON.stringify([list]), proof);
  }

  merge(2, 1);

  const after = db.prepare("SELECT status FROM list_contact ORDER BY list_id").pluck().all();
  expect(agreed.map(([what], index) => [what, after[index]])).toEqual(
    agreed.map(([what, , status]) => [what, status]),
  );
});

const suppressed = () =>
  db.prepare("SELECT address, reason, expires_at FROM suppression ORDER BY address").raw().all();

function suppress(address: string, reason: string, expiresAt: number | null = null): void {
  db.prepare("INSERT INTO suppression VALUES (?, ?, 'manual', '', ?, ?)").run(
    ...[address, reason, NOW - DAY_MS, expiresAt],
  );
}

test("an unsubscribe from everything, a complaint and a manual suppression move to the kept address", () => {
  for (const reason of ["unsubscribed", "complaint", "manual"]) {
    db.exec("DELETE FROM suppression");
    const { lastInsertRowid: gone } = db
      .prepare(
        `INSERT INTO contact (email, address, domain, created_at, updated_at)
         VALUES (@address, @address, 'reader.example', 0, 0)`,
      )
      .run({ address: `${reason}@reader.example` });
    suppress(`${reason}@reader.example`, reason, NOW + DAY_MS);

    merge(2, Number(gone));

    const went = `${reason}@reader.example`;
    expect(suppressed()).toEqual(
      [went, "r2@reader.example"].sort().map((address) => [address, reason, NOW + DAY_MS]),
    );
  }
});

test("a hard bounce and an expired suppression stay with the removed address", () => {
  suppress("r1@reader.example", "hard_bounce");
  merge(2, 1);
  expect(suppressed()).toEqual([["r1@reader.example", "hard_bounce", null]]);

  data.addContacts(ws, 1, ["reader.example"], "x");
  suppress("x1@reader.example", "unsubscribed", NOW - 1);
  merge(2, 3);
  expect(suppressed()).toEqual([
    ["r1@reader.example", "hard_bounce", null],
    ["x1@reader.example", "unsubscribed", NOW - 1],
  ]);
});

test("an unsubscribe counts though the address bounced afterwards", () => {
  db.prepare(
    `INSERT INTO consent (at, contact_id, address, action, source, actor)
     VALUES (?, 1, 'r1@reader.example', 'withdrawn', 'campaign:1', 'contact')`,
  ).run(NOW - 2 * DAY_MS);
  suppress("r1@reader.example", "hard_bounce");

  merge(2, 1);

  expect(suppressed()).toEqual([
    ["r1@reader.example", "hard_bounce", null],
    ["r2@reader.example", "unsubscribed", null],
  ]);
});

test("keeping one contact with the other's address also keeps what that contact had said", () => {
  suppress("r2@reader.example", "complaint");

  const choice = { email: "r1@reader.example" };
  mergeContacts(db, { keep: 2, from: 1, choice }, { actorId: "test", now: NOW });

  expect(suppressed()).toEqual([
    ["r1@reader.example", "complaint", null],
    ["r2@reader.example", "complaint", null],
  ]);
});
