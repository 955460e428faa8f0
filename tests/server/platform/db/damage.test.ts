import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  damageTotals,
  noteDamage,
  noteLoss,
  readDamage,
  unreadDamage,
} from "../../../../server/platform/db/damage.store.ts";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate } from "../../../../server/platform/db/migrate.ts";

let system: Connection;
beforeEach(() => {
  system = openConnection(":memory:");
  migrate(system, "system");
});
afterEach(() => system.close());

const missing = {
  kind: "journal_missing" as const,
  path: "/data/local/journal/web",
  bytes: 0,
  records: 0,
  kept: "",
};
const inSegment = { ...missing, kind: "journal_bytes" as const, path: "0001 at byte 9", bytes: 50 };

function readAll(): number {
  const found = unreadDamage(system);
  for (const { id } of found) {
    readDamage(system, id, 100);
  }
  return found.length;
}

test("damage is reported once while its notice is unread, and again when it happens again after that", () => {
  noteDamage(system, { ...missing, at: 1 });
  noteDamage(system, { ...missing, at: 2 });
  expect(readAll()).toBe(1);

  noteDamage(system, { ...missing, at: 3 });

  expect(unreadDamage(system)).toMatchObject([{ ...missing, at: 3 }]);
  expect(damageTotals(system)).toMatchObject([{ kind: "journal_missing", n: 2 }]);
});

test("a second loss is added to the unread notice of the first, and is a notice of its own after that", () => {
  const loss = { ...missing, kind: "changes_lost" as const, path: "/data/t_1.db" };
  noteLoss(system, { ...loss, records: 4, at: 1 });
  noteLoss(system, { ...loss, records: 5, at: 2 });
  expect(unreadDamage(system)).toMatchObject([{ records: 9, at: 2 }]);

  readAll();
  noteLoss(system, { ...loss, records: 1, at: 3 });
  expect(unreadDamage(system)).toMatchObject([{ records: 1, at: 3 }]);
});

test("persisting damage that each start finds again is not reported again once it was read", () => {
  noteDamage(system, { ...inSegment, at: 1 }, true);
  expect(readAll()).toBe(1);

  noteDamage(system, { ...inSegment, at: 2 }, true);
  expect(unreadDamage(system)).toEqual([]);

  noteDamage(system, { ...inSegment, bytes: 60, at: 3 }, true);
  expect(unreadDamage(system)).toMatchObject([{ bytes: 60 }]);
});

test("two damaged files of one name are both reported, with the place of each", () => {
  const inbox = { ...missing, kind: "inbox_damaged" as const, path: "/data/local/inbox_1.db" };

  noteDamage(system, { ...inbox, kept: "first", at: 1 });
  noteDamage(system, { ...inbox, kept: "second", at: 2 });

  expect(unreadDamage(system).map(({ kept }) => kept)).toEqual(["first", "second"]);
});
