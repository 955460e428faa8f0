import { afterEach, beforeEach, expect, test } from "bun:test";
import { mergeContacts } from "../../../../server/features/contacts/contact-merge.service.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

let data: DeliveryData;
let db: Connection;
beforeEach(() => {
  data = newDeliveryData();
  const ws = data.newWorkspace();
  db = data.db(ws);
  data.addContacts(ws, 2);
});
afterEach(() => data.close());

const merge = (keep: number, from: number) =>
  mergeContacts(db, { keep, from }, { actorId: "test", now: NOW });

test("a merge keeps the longer break, and place and time zone where the one that stays has none", () => {
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
