import { afterEach, beforeEach, expect, test } from "bun:test";
import { type AudienceApp, newAudienceApp } from "../../../support/audience.ts";

let app: AudienceApp;
let ids: number[];
beforeEach(async () => {
  app = newAudienceApp();
  await app.ask("POST", "/contact-fields", {
    label: "Plan",
    type: "choice",
    choices: ["Pro", "Free"],
  });
  ids = [];
  for (const [name, plan] of [
    ["a", "Pro"],
    ["b", "Free"],
    ["c", "Pro"],
    ["d", undefined],
  ]) {
    const fields = plan === undefined ? {} : { plan };
    const made = await app.ask<{ id: number }>("POST", "/contacts", {
      email: `${name}@example.com`,
      fields,
    });
    ids.push(made.id);
  }
});
afterEach(() => app.close());

type Segment = {
  id: number;
  name: string;
  kind: string;
  state: string;
  words: string;
  memberCount: number | null;
  problems: { field: string }[];
};
type Preview = { count: number; sample: { email: string }[]; words: string; indexing: string[] };
type Problem = { fields: { field: string; reason: string; hint?: string }[] };

const pro = { field: "fields.plan", is: "is", value: ["Pro"] };
const save = (name: string, rule: unknown) => app.ask<Segment>("POST", "/segments", { name, rule });
const members = async (id: number, query = "") => {
  const page = await app.ask<{ items: { id: number }[]; nextCursor: string | null }>(
    "GET",
    `/segments/${id}/contacts${query}`,
  );
  return { ids: page.items.map((one) => one.id), next: page.nextCursor };
};
const runOpenTasks = async () => {
  const { items } = await app.ask<{ items: { id: number }[] }>("GET", "/tasks");
  for (const { id } of items) {
    await app.runTask(id);
  }
};

test("an unsaved rule is counted, described in words, and shows some of its people", async () => {
  const preview = await app.ask<Preview>("POST", "/segments/preview", {
    rule: {
      op: "and",
      rules: [pro, { op: "not", rule: { field: "email", is: "starts_with", value: "A@" } }],
    },
  });

  expect(preview.count).toBe(1);
  expect(preview.sample.map(({ email }) => email)).toEqual(["c@example.com"]);
  expect(preview.words).toBe("Plan is “Pro” and not (address starts with “A@”)");
  expect(preview.indexing).toEqual(["Plan"]);
  const german = await app.ask<Preview>("POST", "/segments/preview?language=de", { rule: pro });
  expect(german.words).toBe("Plan ist „Pro“");
});

test("the index for a filter is built once, by a task, and removed with its field", async () => {
  const index = () =>
    app
      .db()
      .prepare(
        "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'contact_field_%' AND sql LIKE 'CREATE INDEX%'",
      )
      .pluck()
      .get();
  await app.ask("POST", "/segments/preview", { rule: pro });
  await app.ask("POST", "/segments/preview", { rule: pro });
  await runOpenTasks();
  expect(index()).toBe(1);
  const again = await app.ask<Preview>("POST", "/segments/preview", { rule: pro });
  expect([again.count, again.indexing]).toEqual([2, []]);

  const { items } = await app.ask<{ items: { id: number }[] }>("GET", "/contact-fields");
  await app.ask("DELETE", `/contact-fields/${items[0]?.id}`);
  await runOpenTasks();
  expect(index()).toBe(0);
});

test("a segment can be saved, counted, paged, copied and deleted", async () => {
  const segment = await save("Pros", pro);
  expect(segment.memberCount).toBeNull();
  await app.ask("POST", "/segments", { name: "PROS", rule: pro }, 409);

  expect(await app.ask("POST", `/segments/${segment.id}/count`)).toMatchObject({ count: 2 });
  expect(await app.ask<Segment>("GET", `/segments/${segment.id}`)).toMatchObject({
    memberCount: 2,
  });
  const first = await members(segment.id, "?limit=1");
  expect(first.ids).toEqual([ids[2] ?? 0]);
  expect(await members(segment.id, `?limit=1&cursor=${first.next}`)).toEqual({
    ids: [ids[0] ?? 0],
    next: null,
  });

  const copy = await app.ask<Segment>("POST", `/segments/${segment.id}/duplicate`);
  expect(copy.name).toBe("Pros (2)");
  const changed = await app.ask<Segment>("PATCH", `/segments/${segment.id}`, {
    rule: { ...pro, is: "is_not" },
  });
  expect(changed.memberCount).toBeNull();
  expect((await members(segment.id)).ids).toEqual([ids[3] ?? 0, ids[1] ?? 0]);
  await app.ask("DELETE", `/segments/${copy.id}`);
  await app.ask("GET", `/segments/${copy.id}`, undefined, 404);
});

test("a static segment keeps the people it had when it was created", async () => {
  const { id } = await save("Pros", pro);
  const frozen = await app.ask<{ id: number; task: { id: number } }>(
    "POST",
    `/segments/${id}/freeze`,
    { name: "Pros in May" },
  );
  await app.ask("GET", `/segments/${frozen.id}/contacts`, undefined, 409);
  await app.runTask(frozen.task.id);
  await app.ask("PATCH", `/contacts/${ids[0]}`, { fields: { plan: "Free" } });
  await app.ask("DELETE", `/contacts/${ids[2]}`);

  expect((await members(frozen.id)).ids).toEqual([ids[0] ?? 0]);
  expect(await app.ask<Segment>("GET", `/segments/${frozen.id}`)).toMatchObject({
    kind: "static",
    state: "ready",
    memberCount: 2,
  });
  expect((await members(id)).ids).toEqual([]);
  await app.ask("PATCH", `/segments/${frozen.id}`, { rule: pro }, 409);
});

test("every fault of a rule is named with its place and how to fix it", async () => {
  const { fields } = await app.ask<Problem>(
    "POST",
    "/segments/preview",
    {
      rule: {
        op: "and",
        rules: [
          { field: "fields.gone", is: "is", value: ["x"] },
          { field: "fields.plan", is: "contains", value: "x" },
          { op: "or", rules: [] },
          { tag: 99 },
          { mail: "opened", link: 1 },
          { field: "created_at", is: "on", value: "2026-02-30" },
          { tag: 1, list: 2 },
          "nonsense",
        ],
      },
    },
    422,
  );

  expect(fields.map(({ field }) => field)).toEqual([
    "rule.rules.0.field",
    "rule.rules.1.is",
    "rule.rules.2.rules",
    "rule.rules.3.tag",
    "rule.rules.4.link",
    "rule.rules.5.value",
    "rule.rules.6",
    "rule.rules.7",
  ]);
  expect(fields.every(({ reason }) => reason !== "")).toBe(true);
});

test("a rule that is too deep or too large is refused before it costs anything", async () => {
  let deep: unknown = pro;
  for (let i = 0; i < 10_000; i++) {
    deep = { op: "not", rule: deep };
  }
  const wide = { op: "or", rules: Array.from({ length: 101 }, () => pro) };

  for (const rule of [deep, wide, null, [], { op: "xor", rules: [pro] }]) {
    const { fields } = await app.ask<Problem>("POST", "/segments/preview", { rule }, 422);
    expect(fields.length).toBeGreaterThan(0);
  }
});

test("a segment whose field was deleted says so, and matches nobody instead of everybody", async () => {
  const { id } = await save("Pros", { op: "not", rule: pro });
  const { items } = await app.ask<{ items: { id: number }[] }>("GET", "/contact-fields");
  await app.ask("DELETE", `/contact-fields/${items[0]?.id}`);

  expect(
    (await app.ask<Segment>("GET", `/segments/${id}`)).problems.map((one) => one.field),
  ).toEqual(["rule.rule.field"]);
  await app.ask("GET", `/segments/${id}/contacts`, undefined, 409);
});

test("before a field is deleted, its users and values are shown", async () => {
  await save("Pros", { op: "not", rule: pro });
  await app.ask("POST", "/campaigns", { name: "One", bodySource: "Hi {{ contact.plan }}" });
  await app.ask("POST", "/campaigns", { name: "Other", bodySource: "Hi {{ contact.plan_b }}" });
  const { items } = await app.ask<{ items: { id: number }[] }>("GET", "/contact-fields");

  const use = await app.ask("GET", `/contact-fields/${items[0]?.id}/use`);
  expect(use).toMatchObject({
    contacts: 3,
    segments: [{ name: "Pros" }],
    campaigns: [{ name: "One" }],
    templates: [],
  });
});
