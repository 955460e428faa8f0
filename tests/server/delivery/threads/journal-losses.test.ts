import { afterEach, beforeEach, expect, test } from "bun:test";
import { JournalLosses } from "../../../../server/delivery/threads/journal-losses.ts";
import { raiseJournalMark } from "../../../../server/delivery/threads/journal-mark.store.ts";
import { streamDir } from "../../../../server/delivery/threads/journal-streams.ts";
import { readDamage, unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { listSegments } from "../../../../server/platform/journal/segments.ts";
import { openJournal } from "../../../../server/platform/journal/writer.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

let data: DeliveryData;
/** How often campaigns were to be stopped. */
let losses = 0;
beforeEach(() => {
  losses = 0;
  data = newDeliveryData();
});
afterEach(() => data.close());

/** What each start of a process checks. */
const look = () =>
  new JournalLosses({
    system: data.databases.system,
    dataDir: data.dataDir,
    node: "n",
    clock: Date.now,
    onLoss: () => losses++,
  });

test("lost segments are reported once: the next start does not hold messages for them again", async () => {
  raiseJournalMark(data.databases.system, "n/delivery", 5);

  const first = look();
  expect([...first.streams]).toEqual(["delivery"]);
  expect(first.above.delivery).toBeGreaterThan(5);
  // The process ended before it wrote anything.
  const second = look();
  expect([...second.streams]).toEqual([]);
  expect(unreadDamage(data.databases.system)).toHaveLength(1);

  const dir = streamDir(data.dataDir, "delivery");
  const journal = openJournal({ dir, above: second.above.delivery });
  await journal.append("a fact");
  await journal.close();
  expect(listSegments(dir).at(-1)).toBeGreaterThan(first.above.delivery);
});

test("a journal lost a second time is reported again, although the first notice was dismissed", () => {
  const { system } = data.databases;
  look().gone("web");
  for (const { id } of unreadDamage(system)) {
    readDamage(system, id, 1);
  }

  look().gone("web");

  expect(unreadDamage(system)).toMatchObject([{ kind: "journal_missing" }]);
});

test("damage that stays in the journal is told once, and its streams are known at every start", () => {
  for (let start = 1; start <= 3; start++) {
    const found = look();
    found.damaged("web", { segment: 1, offset: 8 }, 40);
    expect([...found.streams]).toEqual(["web"]);
  }

  expect(unreadDamage(data.databases.system)).toMatchObject([{ kind: "journal_bytes", bytes: 40 }]);
  expect(losses).toBe(1);
});
