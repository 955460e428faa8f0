import { afterEach, beforeEach, expect, test } from "bun:test";
import { watchStatements } from "../../../../server/platform/db/statement-watch.ts";
import { type CampaignFixture, newCampaignFixture } from "./fixture.ts";

let fixture: CampaignFixture;
let statements: string[] = [];
beforeEach(() => {
  fixture = newCampaignFixture();
  watchStatements(fixture.db(), (sql) => statements.push(sql.replace(/\s+/g, " ").trim()));
});
afterEach(() => fixture.app.close());

/** How often a row of a table was read. */
const readsOf = (table: string) =>
  statements.filter((sql) => new RegExp(`^SELECT .* FROM ${table} (WHERE|LEFT JOIN) `).test(sql))
    .length;

/** A draft for the two segments, with nothing counted yet. */
async function draft(): Promise<number> {
  fixture.db().exec(`
    INSERT INTO tag (name, name_key, created_at) VALUES ('Customers', 'customers', 0);
    INSERT INTO segment (name, name_key, description, kind, rule, state, created_by, created_at, updated_at)
    VALUES ('In', 'in', '', 'live', '{"tag":1,"has":true}', 'ready', 'u', 0, 0),
           ('Out', 'out', '', 'live', '{"tag":1,"has":false}', 'ready', 'u', 0, 0);
  `);
  const id = await fixture.newReady({
    audience: {
      everyone: false,
      includeLists: [],
      excludeLists: [],
      includeSegments: [1],
      excludeSegments: [2],
    },
  });
  statements = [];
  return id;
}

test("a check before the launch reads campaign, sender, route and each segment once", async () => {
  const id = await draft();

  const response = await fixture.call("GET", `/${id}/preflight`);

  expect(response.status).toBe(200);
  expect(readsOf("campaign")).toBe(1);
  expect(readsOf("sender")).toBe(1);
  expect(readsOf("route")).toBe(1);
  expect(readsOf("segment")).toBe(2);
});

test("a launch reads sender and route once, and campaign and segments again only before it commits", async () => {
  const id = await draft();

  const response = await fixture.call("POST", `/${id}/launch`);

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ id, status: "preparing" });
  expect(readsOf("sender")).toBe(1);
  expect(readsOf("route")).toBe(1);
  // Once for the checks, once before the commit, because others may have changed it during the count, and once for the
  // answer.
  expect(readsOf("campaign")).toBe(3);
  // Once for the checks, and once in the transaction that protects the referenced objects from deletion.
  expect(readsOf("segment")).toBe(4);
});

test("checking a segment reads nothing that only its description needs", async () => {
  const id = await draft();
  const names = () => statements.filter((sql) => /^SELECT name FROM tag /.test(sql)).length;

  await fixture.call("GET", `/${id}/preflight`);

  // Whether the tag exists: once for each rule that refers to it.
  expect(names()).toBe(2);
  expect(statements.filter((sql) => /FROM campaign .*audience/.test(sql))).toEqual([]);
});
