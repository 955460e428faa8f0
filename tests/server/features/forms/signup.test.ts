import { afterEach, beforeEach, expect, test } from "bun:test";
import { FormFixture } from "./form-fixture.ts";

let fixture: FormFixture;
beforeEach(() => {
  fixture = new FormFixture();
});
afterEach(() => fixture.close());

const anna = { email: "Anna@Example.org" };
const counts = async (id: number) => (await fixture.call("GET", `/forms/${id}`)).body.counts;

test("double opt-in: nobody becomes a contact before pressing the button behind the mailed link", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({
    listIds: [list],
    fields: [{ key: "first_name", required: false }],
    consentText: "Send me news.",
  });
  const agent = { "user-agent": "Browser/1", "x-forwarded-for": "192.0.2.1" };
  const answer = await fixture.post(form.path, { ...anna, first_name: "Anna", _v: "1" }, agent);
  await fixture.work();

  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("One more step");
  expect(fixture.contacts()).toEqual([]);
  expect(fixture.sent).toMatchObject([
    {
      to: "anna@example.org",
      content: { subject: "Please confirm your sign-up", transactional: true },
    },
  ]);
  const link = fixture.linkIn(fixture.sent[0]);
  const page = await (await fixture.visit(link)).text();
  expect(page).toContain("Anna@Example.org");
  expect(page).toContain('<form method="post">');
  expect(fixture.contacts()).toEqual([]);

  fixture.now += 60_000;
  const confirmed = await fixture.post(link, {}, { "user-agent": "Phone/2" });
  expect(await confirmed.text()).toContain("You are signed up");
  await fixture.post(link, {});
  expect(fixture.contacts()).toMatchObject([{ address: "anna@example.org", first_name: "Anna" }]);
  expect(fixture.memberships()).toEqual([
    ["anna@example.org", list, "subscribed", `form:${form.id}`],
  ]);
  const id = fixture.contacts()[0]?.id;
  const ledger = (await fixture.call("GET", `/contacts/${id}/consent`)).body.items;
  expect(ledger).toHaveLength(1);
  expect(ledger[0]).toMatchObject({
    action: "given",
    actor: "contact",
    source: `form:${form.id}`,
    wording: "Send me news.",
    wordingVersion: 1,
    userAgent: "Phone/2",
    proof: { requestUserAgent: "Browser/1", confirmedAt: fixture.now },
  });
  expect(ledger[0].proof.messageId).toContain("@shop.example");
  expect(await counts(form.id)).toMatchObject({ submits: 1, confirmed: 1, bots: 0 });
});

test("unconfirmed sign-ups are counted with the form and its lists for a week", async () => {
  const [news, offers] = [await fixture.newList("News"), await fixture.newList("Offers")];
  const form = await fixture.newForm({ listIds: [news] });
  await fixture.post(form.path, anna);
  await fixture.post(form.path, { email: "ben@example.org" });
  await fixture.work();
  const waiting = async () => {
    const { items } = (await fixture.call("GET", "/lists")).body;
    const lists = new Map(
      items.map((list: { id: number; waiting: number }) => [list.id, list.waiting]),
    );
    const { body } = await fixture.call("GET", `/forms/${form.id}`);
    return [lists.get(news), lists.get(offers), body.waiting];
  };
  expect(await waiting()).toEqual([2, 0, 2]);
  expect((await fixture.call("GET", `/lists/${news}`)).body).toMatchObject({
    waiting: 2,
    pending: 0,
  });

  await fixture.post(fixture.linkIn(fixture.sent[0]), {});
  expect(await waiting()).toEqual([1, 0, 1]);
  fixture.now += 8 * 86_400_000;
  expect(await waiting()).toEqual([0, 0, 0]);
});

test("single opt-in signs up visitors with a proof of work at once; others confirm their address", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list], doubleOptIn: false });
  await fixture.post(form.path, { ...anna, ...(await fixture.solved(form)) });
  await fixture.work();

  expect(fixture.memberships()).toHaveLength(1);
  expect(fixture.sent).toEqual([]);

  await fixture.post(form.path, { email: "bo@example.org" });
  await fixture.work();
  expect(fixture.memberships()).toHaveLength(1);
  expect(fixture.sent.map(({ to }) => to)).toEqual(["bo@example.org"]);
});

test("a list with double opt-in has it in every form", async () => {
  const list = await fixture.newList("News", { doubleOptIn: true });
  const form = await fixture.newForm({ listIds: [list], doubleOptIn: false });
  await fixture.post(form.path, { ...anna, ...(await fixture.solved(form)) });
  await fixture.work();

  expect(fixture.contacts()).toEqual([]);
  expect(fixture.sent).toHaveLength(1);
});

test("the answer is the same for a stranger, a contact, a subscriber and a suppressed address", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list] });
  const add = (email: string, listIds: number[]) =>
    fixture.call("POST", "/contacts", { email, listIds });
  await add("contact@example.org", []);
  await add("member@example.org", [list]);
  await fixture.call("POST", "/suppressions", {
    addresses: ["never@example.org"],
    reason: "manual",
  });
  const answers = new Set<string>();
  for (const name of ["stranger", "contact", "member", "never"]) {
    const answer = await fixture.post(form.path, { email: `${name}@example.org` });
    answers.add(`${answer.status} ${await answer.text()}`);
  }
  await fixture.work();

  expect(answers.size).toBe(1);
  expect(fixture.sent.map(({ to, content }) => [to, content.subject])).toEqual([
    ["stranger@example.org", "Please confirm your sign-up"],
    ["contact@example.org", "Please confirm your sign-up"],
    ["member@example.org", "You are already signed up"],
  ]);
});

test("a stranger cannot resubscribe somebody; their own confirmation can", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list], doubleOptIn: false });
  await fixture.call("POST", "/contacts", { email: "anna@example.org", listIds: [list] });
  await fixture.call("PUT", `/lists/${list}/contacts/1`, { status: "unsubscribed" });
  await fixture.call("POST", "/suppressions", {
    addresses: ["anna@example.org"],
    reason: "unsubscribed",
  });
  await fixture.post(form.path, { ...anna, ...(await fixture.solved(form)) });
  await fixture.work();
  expect(fixture.memberships()[0]?.[2]).toBe("unsubscribed");

  await fixture.post(fixture.linkIn(fixture.sent[0]), {});
  expect(fixture.memberships()[0]?.[2]).toBe("subscribed");
  expect((await fixture.call("GET", "/contacts/1")).body.status).toBe("mailable");
});

test("a stranger can neither change somebody's stored data nor read it by mail", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({
    listIds: [list],
    doubleOptIn: false,
    fields: [{ key: "first_name", required: false }],
    confirmBody: "Hello {{ contact.first_name }} {{ contact.last_name }}",
  });
  await fixture.call("POST", "/contacts", {
    email: "anna@example.org",
    firstName: "Anna",
    lastName: "Secret",
  });
  await fixture.post(form.path, {
    ...anna,
    first_name: "Mallory",
    ...(await fixture.solved(form)),
  });
  await fixture.post(form.path, { ...anna, first_name: "Mallory" });
  await fixture.work();

  expect(fixture.contacts()).toMatchObject([{ first_name: "Anna", last_name: "Secret" }]);
  expect(JSON.stringify(fixture.sent)).not.toContain("Secret");
});

test("an erased person is not brought back by a form", async () => {
  const form = await fixture.newForm({ doubleOptIn: false });
  const { rememberErased } = await import(
    "../../../../server/features/suppressions/erased.store.ts"
  );
  rememberErased(fixture.db, "anna@example.org", fixture.now);
  await fixture.post(form.path, { ...anna, ...(await fixture.solved(form)) });
  await fixture.work();

  expect(fixture.contacts()).toEqual([]);
});

test("an old consent text stays unchanged, and people who saw it have it on record", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list], consentText: "Old words." });
  await fixture.call("PATCH", `/forms/${form.id}`, { settings: { consentText: "New words." } });
  await fixture.call("PATCH", `/forms/${form.id}`, { settings: { button: "Go" } });
  // An embedded form still shows the old text.
  await fixture.post(form.path, { ...anna, _v: "1" });
  await fixture.post(form.path, { email: "bo@example.org", _v: "2" });
  await fixture.post(form.path, { email: "cy@example.org", _v: "99" });
  await fixture.work();
  for (const message of fixture.sent) {
    await fixture.post(fixture.linkIn(message), {});
  }
  const { wordings } = (await fixture.call("GET", `/forms/${form.id}/numbers`)).body;

  expect(wordings).toMatchObject([
    { version: 2, text: "New words.", given: 2 },
    { version: 1, text: "Old words.", given: 1 },
  ]);
  expect(() => fixture.db.exec("UPDATE form_wording SET hash = ''")).toThrow("never changes");
});

test("page views are counted with few writes even when many arrive at once", async () => {
  const form = await fixture.newForm();
  const views = async () => (await counts(form.id)).views;
  for (let n = 0; n < 5; n++) {
    await fixture.visit(form.path);
  }
  expect(await views()).toBe(1);
  fixture.now += 2_000;
  await fixture.visit(form.path);
  expect(await views()).toBe(6);
});

test("an erased person is not signed up again, gets no mail, and the visitor learns nothing", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list] });
  const send = async (email: string) => (await fixture.post(form.path, { email })).text();
  await send("late@example.org");
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);
  for (const address of ["gone@example.org", "late@example.org"]) {
    const erased = await fixture.call("POST", "/privacy/requests", { kind: "erase", address });
    expect(erased.status).toBe(200);
  }

  expect(await send("gone@example.org")).toBe(await send("somebody@example.org"));
  await fixture.work();
  expect(fixture.sent.map(({ to }) => to)).toEqual(["late@example.org", "somebody@example.org"]);
  await fixture.post(link, {});

  const single = await fixture.newForm({ listIds: [list], doubleOptIn: false }, "Single");
  await fixture.post(single.path, { email: "gone@example.org", ...(await fixture.solved(single)) });
  await fixture.work();
  expect(fixture.contacts()).toEqual([]);
  const kept = fixture.db.prepare("SELECT address FROM form_signup").raw().all();
  expect(kept).toEqual([["somebody@example.org"]]);
});
