import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  createField,
  fieldTasks,
} from "../../../../server/features/contacts/contact-fields.service.ts";
import { checkRule } from "../../../../server/features/segments/segment-check.rules.ts";
import { evaluate } from "../../../../server/features/segments/segment-evaluate.store.ts";
import type { Rule } from "../../../../server/features/segments/segment-language.rules.ts";
import {
  audienceCondition,
  planOf,
  rowCondition,
} from "../../../../server/features/segments/segment-plan.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, finish, newDeliveryData } from "../../../support/delivery-data.ts";
import { evaluate as meaning, type Person, storePeople } from "../../../support/segment-people.ts";
import { anyRule, NOW, peopleFields, personOf } from "../../../support/segment-rules.ts";

const moment = { now: NOW, timeZone: "Europe/Berlin" };
let data: DeliveryData;
let db: Connection;
beforeAll(() => {
  data = newDeliveryData();
  db = data.db(data.newWorkspace());
  for (const field of peopleFields) {
    createField(db, field, 0);
  }
});
afterAll(() => data.close());

/** Ids found by four ways to run the compiled rule: sets over all, sets over runs, SQL over runs, SQL by row. */
function ways(rule: Rule): number[][] {
  const plan = planOf(db, { rule }, moment);
  const last = db.prepare<[], number>("SELECT max(id) FROM contact").pluck().get() ?? 0;
  const all = finish(evaluate(() => db, plan, { first: 1, last }, true));
  const runs: number[] = [];
  const bySlice: number[] = [];
  const slice = audienceCondition(plan);
  for (let first = 1; first <= last; first += 3) {
    const range = { first, last: first + 2 };
    runs.push(...finish(evaluate(() => db, plan, range, false)).below(first + 3, 3));
    const sql = `SELECT id FROM contact WHERE id BETWEEN @from AND @to AND ${slice.sql}`;
    const params = { ...slice.params, from: first, to: first + 2 };
    bySlice.push(...db.prepare<[object], number>(sql).pluck().all(params));
  }
  const row = rowCondition(plan);
  const byRow = db
    .prepare<[object], number>(`SELECT c.id FROM contact c WHERE ${row.sql}`)
    .pluck()
    .all(row.params);
  return [all.below(last + 1, last), runs, bySlice, byRow].map((ids) => ids.sort((a, b) => a - b));
}

function expectMeaning(rule: Rule, people: readonly Person[]): void {
  const wanted = people.filter((one) => meaning(rule, one, moment)).map(({ id }) => id);
  for (const found of ways(rule)) {
    expect(found).toEqual(wanted);
  }
}

// Ids with gaps.
const crowd = fc
  .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
  .map((ids) => ids.sort((a, b) => a - b))
  .chain((ids) => fc.tuple(...ids.map(personOf)));

/** Rows left from deleted contacts, which must not bring them back. */
function haunt(people: readonly Person[]): void {
  for (let id = 1; id <= 13; id++) {
    if (!people.some((person) => person.id === id)) {
      db.exec(`INSERT INTO event (at, kind, campaign_id, seq, contact_id, link_no, class, rule)
               VALUES (${NOW}, 'open', 1, 99, ${id}, NULL, 'human', ''),
                      (${NOW}, 'click', 2, 99, ${id}, 1, 'human', '');
               INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at)
               VALUES (1, ${id + 100}, ${id}, '', 3, ${NOW})`);
    }
  }
}

function property(runs: number): void {
  fc.assert(
    fc.property(crowd, fc.array(anyRule, { minLength: 8, maxLength: 8 }), (people, rules) => {
      storePeople(db, people);
      haunt(people);
      for (const rule of rules) {
        expectMeaning(rule, people);
      }
    }),
    { numRuns: runs },
  );
}

describe("a compiled rule finds exactly the contacts that match it", () => {
  test("without indexes", () => property(120));

  test("with an index for every field", () => {
    const fields = db.prepare<[], number>("SELECT id FROM contact_field").pluck().all();
    for (const fieldId of fields) {
      const task = { id: 0, payload: { fieldId }, cursor: null, doneCount: 0, createdBy: "" };
      fieldTasks.field_index.prepare(db, task, NOW)();
    }
    const made = db
      .prepare(
        "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'contact_field_%' AND type = 'index' AND sql IS NOT NULL",
      )
      .pluck()
      .get();
    expect(made).toBe(peopleFields.length);
    property(120);
  });

  test("while a field is being renamed", () => {
    db.exec("UPDATE contact_field SET old_key = 'word', key = 'term' WHERE key = 'word'");
    const person = (id: number, fields: Record<string, string>) =>
      ({ ...(fc.sample(personOf(id), { numRuns: 1, seed: id })[0] as Person), fields }) as Person;
    const people = [person(1, { word: "abc" }), person(2, { term: "ABC" }), person(3, {})];
    storePeople(db, people);

    const is: Rule = { field: "fields.term", is: "is", value: ["abc"] };
    const unknown: Rule = { field: "fields.term", is: "unknown" };
    expect(ways(is)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(ways(unknown)).toEqual([[3], [3], [3], [3]]);
    db.exec("UPDATE contact_field SET old_key = NULL, key = 'word' WHERE key = 'term'");
  });
});

test("opens and clicks that outlive their contact do not bring it back", () => {
  const person = (id: number) => {
    const made = fc.sample(personOf(id), { numRuns: 1, seed: id })[0] as Person;
    return { ...made, messages: [], engagement: [] };
  };
  const people = [person(1), person(3)];
  storePeople(db, people);
  haunt(people);
  const opened: Rule = { mail: "opened", has: true };
  const clicked: Rule = { mail: "clicked", has: true };

  for (const rule of [opened, { op: "and", rules: [opened, clicked] }] satisfies Rule[]) {
    expect(ways(rule)).toEqual([[], [], [], []]);
    expect(ways({ op: "not", rule })).toEqual([
      [1, 3],
      [1, 3],
      [1, 3],
      [1, 3],
    ]);
  }
});

test("days start at midnight in the workspace's zone, also in the night of a clock change", () => {
  const at = [
    "2026-03-28T22:59:59Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T21:59:59Z",
    "2026-03-29T22:00:00Z",
  ];
  const people = at.map((time, i) => {
    const person = fc.sample(personOf(i + 1), { numRuns: 1, seed: i })[0] as Person;
    return { ...person, createdAt: Date.parse(time) };
  });
  storePeople(db, people);

  expect(ways({ field: "created_at", is: "on", value: "2026-03-29" })[0]).toEqual([2, 3]);
  expect(ways({ field: "created_at", is: "in_last_days", value: 0 })[0]).toEqual([2, 3]);
  expect(ways({ field: "created_at", is: "after", value: "2026-03-29" })[0]).toEqual([4]);
});

test("every rule of the language is accepted unchanged, also from JSON", () => {
  const known = {
    fields: peopleFields,
    hasTag: () => true,
    hasList: () => true,
    hasCampaign: () => true,
  };
  fc.assert(
    fc.property(anyRule, (rule) => {
      const json = JSON.parse(JSON.stringify(rule)) as unknown;
      const checked = checkRule(json, known);
      expect(checked.problems).toEqual([]);
      storePeople(db, []);
      expect(ways(checked.rule as Rule)).toEqual([[], [], [], []]);
    }),
    { numRuns: 300 },
  );
});

test("user input is never part of the SQL text", () => {
  const evil = `x' OR 1=1; DROP TABLE contact; --`;
  const rule: Rule = {
    op: "or",
    rules: [
      { field: "fields.word", is: "is", value: [evil] },
      { field: "city", is: "contains", value: evil },
      { event: evil, has: true, where: [{ property: "item", is: "is", value: evil }] },
    ],
  };
  const plan = planOf(db, { rule }, moment);
  const { sql } = audienceCondition(plan);

  expect(sql).not.toContain("DROP");
  expect(Object.values(plan.params).filter((value) => /drop/i.test(String(value))).length).toBe(4);
  expect(ways(rule)[0]).toEqual([]);
});
