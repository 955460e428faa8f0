import { afterEach, beforeEach, expect, test } from "bun:test";
import { freezeAudience } from "../../../../server/delivery/audience/freeze.ts";
import { countWaterfall } from "../../../../server/delivery/audience/waterfall.ts";
import type { Rule } from "../../../../server/features/segments/segment-language.rules.ts";
import { audienceCondition, planOf } from "../../../../server/features/segments/segment-plan.ts";
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

const segment = (id: number, rule: Rule, prefix = `t${id}`) => ({
  id,
  ...audienceCondition(planOf(db, { rule }, { now: NOW, timeZone: "UTC" }, prefix)),
});
const recipients = (id: number) =>
  db
    .prepare<[number], number>(
      "SELECT contact_id FROM message WHERE campaign_id = ? ORDER BY contact_id",
    )
    .pluck()
    .all(id);
const freeze = (id: number) =>
  finish(
    freezeAudience(
      () => db,
      id,
      () => NOW,
    ),
  );

/** A launched campaign with its audience frozen, as the campaigns slice writes it. */
function campaign(audience: object): number {
  const id = data.addCampaign(ws);
  db.prepare("INSERT INTO campaign_audience VALUES (?, ?)").run(id, JSON.stringify(audience));
  return id;
}

const name = (value: string): Rule => ({ field: "first_name", is: "ends_with", value });

test("lists and segments are joined, excluded segments subtracted, and each person counted once", () => {
  data.addContacts(ws, 30);
  const list = data.addList(ws, [1, 2, 3, 12]);
  const audience = {
    includeLists: [list],
    excludeLists: [],
    includeSegments: [
      segment(1, name("2")),
      segment(2, { op: "or", rules: [name("2"), name("5")] }),
    ],
    excludeSegments: [
      segment(3, {
        op: "and",
        rules: [
          name("5"),
          { op: "not", rule: { field: "first_name", is: "is", value: ["Name 5"] } },
        ],
      }),
    ],
  };

  const waterfall = finish(countWaterfall(() => db, audience, NOW));
  const id = campaign(audience);
  expect(freeze(id)).toBe(waterfall.recipients);

  // In: 1 2 3 12 (list), 2 12 22 (first), 2 5 12 15 22 25 (second); out: 15 25.
  expect(recipients(id)).toEqual([1, 2, 3, 5, 12, 22]);
  expect(waterfall).toMatchObject({ inAudience: 8, excluded: 2, recipients: 6, duplicates: 5 });
});

test('a contact that never confirmed, or left every list, is not reached through "everyone" or a segment either', () => {
  data.addContacts(ws, 6);
  const [first, second] = [data.addList(ws, [1, 2, 3, 4]), data.addList(ws, [2, 3])];
  const set = (status: string, contact: number, list: number) =>
    db
      .prepare("UPDATE list_contact SET status = ? WHERE contact_id = ? AND list_id = ?")
      .run(status, contact, list);
  set("pending", 1, first);
  set("unsubscribed", 2, first);
  set("unsubscribed", 3, first);
  set("unsubscribed", 3, second);
  const all = segment(1, { field: "first_name", is: "known" });

  for (const audience of [
    { everyone: true, includeLists: [], excludeLists: [] },
    { includeLists: [], excludeLists: [], includeSegments: [all] },
  ]) {
    const waterfall = finish(countWaterfall(() => db, audience, NOW));
    expect(waterfall).toMatchObject({
      inAudience: 6,
      unconfirmed: 1,
      unsubscribed: 1,
      recipients: 4,
    });
    const id = campaign(audience);
    expect(freeze(id)).toBe(4);
    expect(recipients(id)).toEqual([2, 4, 5, 6]);
  }
});

test("an interrupted freeze continues with the rule as launched and includes every contact once", () => {
  data.addContacts(ws, 45_000, ["gmail.com", "acme.example"]);
  const audience = {
    includeLists: [],
    excludeLists: [],
    includeSegments: [segment(1, { op: "not", rule: name("7") })],
    excludeSegments: [segment(2, name("3"))],
  };
  const id = campaign(audience);
  for (const stopAfter of [2, 5]) {
    const steps = freezeAudience(
      () => db,
      id,
      () => NOW,
    );
    for (let i = 0; i < stopAfter; i++) {
      expect(steps.next().done).toBe(false);
    }
    // Changes to segments in the meantime apply to the next campaign.
    db.exec("DELETE FROM segment");
  }

  expect(freeze(id)).toBe(36_000);
  const found = recipients(id);
  expect(new Set(found).size).toBe(36_000);
  expect(found.some((contact) => contact % 10 === 7 || contact % 10 === 3)).toBe(false);
});

test("a campaign whose segments were not compiled is not frozen to the wrong people", () => {
  data.addContacts(ws, 3);
  const id = data.addCampaign(ws);
  db.prepare("UPDATE campaign SET audience = ? WHERE id = ?").run(
    JSON.stringify({ everyone: true, includeLists: [], excludeLists: [], excludeSegments: [1] }),
    id,
  );

  expect(() => freeze(id)).toThrow("not compiled");
});
