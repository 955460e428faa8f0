import { afterEach, beforeEach, expect, test } from "bun:test";
import { FormFixture, type MadeForm } from "./form-fixture.ts";

// What happens to forms, segments and campaigns when a list that they need is deleted.

let fixture: FormFixture;
beforeEach(() => {
  fixture = new FormFixture();
});
afterEach(() => fixture.close());

const anna = { email: "anna@example.org" };
const remove = (id: number, query = "") => fixture.call("DELETE", `/lists/${id}${query}`);
const signups = () =>
  fixture.db.prepare<[], { n: number }>("SELECT count(*) AS n FROM form_signup").get()?.n;

async function formWithoutList(): Promise<MadeForm> {
  const form = await fixture.newForm({ listIds: [await fixture.newList("News")] });
  expect((await remove(1, "?force=true")).status).toBe(200);
  return form;
}

test("a form whose only list was deleted refuses visitors and sign-ups in clear words, and stores nothing", async () => {
  const form = await formWithoutList();
  const shown = await fixture.visit(form.path);
  const sent = await fixture.post(form.path, anna);
  const inline = await fixture.post(form.path, anna, { accept: "application/json" });
  await fixture.work();

  for (const page of [shown, sent]) {
    expect(page.status).toBe(410);
    const text = await page.text();
    expect(text).toContain("This form is closed");
    expect(text).not.toContain("<form");
  }
  expect(inline.status).toBe(410);
  expect(await inline.json()).toMatchObject({ ok: false });
  expect(signups()).toBe(0);
  expect(fixture.contacts()).toEqual([]);
  expect(fixture.sent).toEqual([]);
});

test("the API, the list of forms and the dashboard report it as broken until it has another list", async () => {
  const form = await formWithoutList();
  const read = async () => (await fixture.call("GET", `/forms/${form.id}`)).body;
  const needs = async () =>
    (await fixture.call("GET", "/dashboard")).body.needsYou.filter(
      ({ kind }: { kind: string }) => kind === "broken_form",
    );
  expect((await read()).problem).toBe("no_list");
  expect((await fixture.call("GET", "/forms")).body.items[0].problem).toBe("no_list");
  expect(await needs()).toEqual([{ kind: "broken_form", count: 1, id: form.id }]);

  // A form that is saved unchanged stays broken: it must not become a form that is meant to have no list.
  const { settings } = await read();
  const saved = await fixture.call("PATCH", `/forms/${form.id}`, {
    settings: { ...settings, title: "Join us" },
  });
  expect(saved.body).toMatchObject({ problem: "no_list", settings: { title: "Join us" } });
  const preview = await fixture.call("POST", "/forms/preview", { name: "x", settings });
  expect(preview.status).toBe(200);

  const other = await fixture.newList("Other");
  const mended = await fixture.call("PATCH", `/forms/${form.id}`, {
    settings: { listIds: [...settings.listIds, other] },
  });
  expect(mended.body).toMatchObject({ problem: null, settings: { listIds: [other] } });
  expect(await needs()).toEqual([]);
  expect((await fixture.visit(form.path)).status).toBe(200);
});

test("a form that keeps one of its lists continues, and so does one that never had any", async () => {
  const [gone, kept] = [await fixture.newList("News"), await fixture.newList("Offers")];
  const form = await fixture.newForm({ listIds: [gone, kept] });
  const listless = await fixture.newForm({});
  await remove(gone, "?force=true");
  await fixture.post(form.path, anna);
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent[0]), {});

  expect(fixture.memberships()).toEqual([
    ["anna@example.org", kept, "subscribed", `form:${form.id}`],
  ]);
  expect((await fixture.visit(listless.path)).status).toBe(200);
});

test("with more than a hundred public lists a form can use the last of them as well", async () => {
  for (let n = 100; n < 205; n++) {
    await fixture.newList(`List ${n}`);
  }
  const last = await fixture.newList("Zebra");
  const form = await fixture.newForm({ listIds: [last] });
  await fixture.post(form.path, anna);
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent[0]), {});

  expect(fixture.memberships().map(([, list]) => list)).toEqual([last]);
});

test("a person who confirms after the list was deleted is told so, and does not become a contact without a list", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list] });
  await fixture.post(form.path, anna);
  await fixture.work();
  await fixture.post(form.path, { email: "late@example.org" });
  const refused = await remove(list);
  await remove(list, "?force=true");
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);

  expect(refused.body.fields).toContainEqual({
    field: "waiting",
    reason: "sign-ups that are not confirmed yet: 1",
    code: "list_has_signups",
    params: { count: 1 },
  });
  for (const answer of [await fixture.visit(link), await fixture.post(link, {})]) {
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain("you were not signed up");
  }
  expect(fixture.contacts()).toEqual([]);
  expect(fixture.sent).toHaveLength(1);
});

test("a list in use is not deleted before its uses were shown", async () => {
  const list = await fixture.newList("News");
  const other = await fixture.newList("Offers");
  await fixture.newForm({ listIds: [list] }, "Footer");
  await fixture.newForm({ listIds: [list, other] }, "Popup");
  const rule = { op: "not", rule: { list, status: "subscribed", has: true } };
  const segment = (await fixture.call("POST", "/segments", { name: "Others", rule })).body.id;
  const audience = { everyone: true, includeLists: [], excludeLists: [list] };
  const campaign = async (name: string, more: object) =>
    (await fixture.call("POST", "/campaigns", { name, audience: { ...audience, ...more } })).body;
  const leavesOut = await campaign("Leaves out", {});
  const bySegment = await campaign("By segment", {
    excludeLists: [],
    includeSegments: [segment],
    excludeSegments: [],
  });
  await campaign("Unrelated", { excludeLists: [other] });

  const use = await fixture.call("GET", `/lists/${list}/use`);
  const refused = await remove(list);

  expect(use.body).toMatchObject({
    forms: [
      { name: "Popup", isOnlyList: false },
      { name: "Footer", isOnlyList: true },
    ],
    segments: [{ id: segment, name: "Others" }],
    waiting: 0,
  });
  expect(use.body.campaigns.map(({ name }: { name: string }) => name).sort()).toEqual([
    "By segment",
    "Leaves out",
  ]);
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: "in_use", title: "In use" });
  expect(refused.body.fields).toHaveLength(5);
  expect((await fixture.call("GET", `/lists/${list}`)).status).toBe(200);

  // With force it is deleted, and campaigns that excluded its people are not sent to them.
  expect((await remove(list, "?force=true")).status).toBe(200);
  const section = async (id: number) =>
    (await fixture.call("GET", `/campaigns/${id}`)).body.sections.audience;
  expect((await section(leavesOut.id)).problems).toMatchObject([{ code: "list_deleted" }]);
  expect((await section(bySegment.id)).problems).toMatchObject([{ code: "segment_asks_deleted" }]);
});

test("a campaign whose excluded list was deleted is not sent, and can be repaired step by step", async () => {
  const lists = [await fixture.newList("A"), await fixture.newList("B")];
  const audience = { everyone: true, includeLists: [], excludeLists: lists };
  const { id } = (await fixture.call("POST", "/campaigns", { name: "May", audience })).body;
  for (const list of lists) {
    await remove(list, "?force=true");
  }
  const launch = await fixture.call("POST", `/campaigns/${id}/schedule`, {
    localTime: "2027-01-01T09:00",
    timeZone: "UTC",
  });
  const set = (excludeLists: number[]) =>
    fixture.call("PATCH", `/campaigns/${id}`, { audience: { ...audience, excludeLists } });

  expect(launch.status).toBe(409);
  expect(JSON.stringify(launch.body.fields)).toContain("A list in the audience was deleted");
  expect((await set([lists[1] ?? 0])).body.sections.audience.problems).toHaveLength(1);
  expect((await set([])).body.sections.audience.problems).toEqual([]);
  expect((await set([lists[0] ?? 0])).status).toBe(422);
});
