import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  forgetAskedMail,
  mayMailAddress,
} from "../../../../server/features/contact-mail/mail-cap.service.ts";
import { PublicForms } from "../../../../server/features/forms/signup.service.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { FormFixture } from "./form-fixture.ts";

let fixture: FormFixture;
beforeEach(() => {
  fixture = new FormFixture();
});
afterEach(() => fixture.close());

const anna = { email: "Anna@Example.org" };
const counts = async (id: number) => (await fixture.call("GET", `/forms/${id}`)).body.counts;

test("double opt-in: nobody is a contact before the button behind the mailed link is pressed", async () => {
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

test("who has not confirmed yet is counted with the form and with the lists it leads to, for a week", async () => {
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

test("single opt-in signs up at once who did the captcha's work; without it the address is confirmed", async () => {
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

test("a solved challenge is good once", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list], doubleOptIn: false });
  const work = await fixture.solved(form);
  await fixture.post(form.path, { email: "a@example.org", ...work });
  await fixture.post(form.path, { email: "b@example.org", ...work });
  await fixture.work();

  expect(fixture.contacts().map(({ address }) => address)).toEqual(["a@example.org"]);
});

test("a solution for another form, an invented or an old challenge proves nothing", async () => {
  const form = await fixture.newForm({ doubleOptIn: false });
  const other = await fixture.newForm({ doubleOptIn: false });
  const foreign = await fixture.solved(other);
  const old = await fixture.solved(form);
  fixture.now += 2 * 3_600_000;
  const invented = { _c: `${(fixture.now - 9_000).toString(36)}.abc.def`, _n: "1" };
  const unsolved = { ...(await fixture.solved(form)), _n: "x" };
  for (const [at, work] of [foreign, old, invented, unsolved].entries()) {
    await fixture.post(form.path, { email: `p${at}@example.org`, ...work });
  }
  await fixture.work();

  expect(fixture.contacts()).toEqual([]);
});

test("who presses the button in less than two seconds is asked to press again", async () => {
  const form = await fixture.newForm();
  const page = await (await fixture.visit(form.path)).text();
  const challenge = /name="_c" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const answer = await fixture.post(form.path, { ...anna, _c: challenge });

  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('value="Anna@Example.org"');
  fixture.now += 2_500;
  expect((await fixture.post(form.path, { ...anna, _c: challenge })).status).toBe(200);
  expect(await counts(form.id)).toMatchObject({ bots: 1, submits: 1 });
});

test("who falls into the trap is told what a person is told, and nothing is kept", async () => {
  const form = await fixture.newForm();
  const real = await fixture.post(form.path, { email: "a@example.org" });
  const trapped = await fixture.post(form.path, { ...anna, website_url: "https://spam.test" });
  await fixture.work();

  expect(await trapped.text()).toBe(await real.text());
  expect(fixture.sent.map(({ to }) => to)).toEqual(["a@example.org"]);
  expect(await counts(form.id)).toMatchObject({ bots: 1, submits: 1 });
});

test("the answer is the same for a stranger, a contact, a subscriber and somebody suppressed", async () => {
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

test("nobody is signed back on by a stranger; by their own confirmation they are", async () => {
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

test("a stranger cannot change what is kept of somebody, and not read it by mail", async () => {
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

test("an address gets three such messages a day, whoever enters it wherever", async () => {
  const forms = [await fixture.newForm(), await fixture.newForm(), await fixture.newForm()];
  for (let round = 0; round < 4; round++) {
    for (const form of forms) {
      const from = { "x-forwarded-for": `192.0.2.${round}` };
      await fixture.post(form.path, { email: "victim@example.org" }, from);
      await fixture.work();
    }
  }
  expect(fixture.sent).toHaveLength(3);

  fixture.now += 25 * 3_600_000;
  await fixture.post(forms[0]?.path ?? "", { email: "victim@example.org" });
  await fixture.work();
  expect(fixture.sent).toHaveLength(4);
});

test("many workspaces together cannot flood an inbox, and a try that failed is no message more", async () => {
  const { system } = fixture.app.databases;
  const keyRing = loadKeyRing(fixture.app.dataDir);
  const deps = { databases: fixture.app.databases, keyRing };
  const ids = [1, 2, 3].map((n) => fixture.app.newWorkspace(`Other ${n}`).id);
  const may = (workspaceId: string, ref: string) =>
    mayMailAddress(deps, { workspaceId, address: "victim@example.org", ref }, fixture.now);
  const results = ids.flatMap((id) => [may(id, "signup 1"), may(id, "signup 2")]);
  expect(results).toEqual([true, true, true, true, true, false]);
  expect(may(ids[0] ?? "", "signup 1")).toBe(true);

  const form = await fixture.newForm();
  await fixture.post(form.path, { email: "victim@example.org" });
  await fixture.post(form.path, { email: "other@example.org" });
  await fixture.work();
  expect(fixture.sent.map(({ to }) => to)).toEqual(["other@example.org"]);
  expect(JSON.stringify(system.prepare("SELECT * FROM asked_mail").all())).not.toContain("victim");

  fixture.now += 25 * 3_600_000;
  forgetAskedMail(system, fixture.now);
  expect(system.prepare("SELECT count(*) FROM asked_mail").pluck().get()).toBe(0);
  expect(may(ids[2] ?? "", "signup 3")).toBe(true);
});

test("one network may send ten forms at once, and then one in half a minute", async () => {
  const form = await fixture.newForm();
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) {
    statuses.push((await fixture.post(form.path, { email: `p${n}@example.org` })).status);
  }
  expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  fixture.now += 31_000;
  expect((await fixture.post(form.path, { email: "q@example.org" })).status).toBe(200);
});

test("one IPv6 customer, whatever address of theirs, leaves room in a form for other visitors", async () => {
  const { path } = await fixture.newForm();
  const token = path.slice(path.lastIndexOf("/") + 1);
  const { databases, dataDir } = fixture.app;
  const clock = () => fixture.now;
  const jobs = createJobQueue(databases.system, clock);
  const forms = new PublicForms({ databases, keyRing: loadKeyRing(dataDir), clock, jobs });
  const open = forms.find(token);
  if (open === undefined) {
    throw new Error("the form is not open");
  }
  const send = (n: number, ip: string) => {
    const sent = new URLSearchParams({ email: `p${n}@example.org` });
    return forms.submit(open, token, sent, { ip, userAgent: "" }).kind;
  };
  const greedy = Array.from({ length: 70 }, (_, n) => send(n, `2001:db8:1:${n.toString(16)}::1`));
  expect(greedy).toEqual([...Array(20).fill("taken"), ...Array(50).fill("slow")]);
  expect(send(100, "2001:db8:2::1")).toBe("taken");
  expect(send(101, "192.0.2.77")).toBe("taken");
});

test("a message that could not be handed over is tried again; one refused for good is not", async () => {
  const form = await fixture.newForm();
  fixture.refusal = { code: 451, text: "later" };
  await fixture.post(form.path, anna);
  await fixture.work();
  fixture.refusal = undefined;
  fixture.now += 3_600_000;
  await fixture.work();
  expect(fixture.sent).toHaveLength(1);

  fixture.refusal = { code: 550, text: "no such user" };
  await fixture.post(form.path, { email: "no@example.org" });
  await fixture.work();
  fixture.refusal = undefined;
  fixture.now += 3_600_000;
  await fixture.work();
  expect(fixture.sent).toHaveLength(1);
});

test("a welcome goes to who was signed up, once, and not to who left meanwhile", async () => {
  const form = await fixture.newForm({ welcome: true, welcomeSubject: "Hi {{ contact.email }}" });
  await fixture.post(form.path, anna);
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);
  await fixture.post(link, {});
  await fixture.post(link, {});
  await fixture.work();
  expect(fixture.sent.map(({ content }) => content.subject)).toEqual([
    "Please confirm your sign-up",
    "Hi {{ contact.email }}",
  ]);

  await fixture.post(form.path, { email: "bo@example.org" });
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent[2]), {});
  await fixture.call("POST", "/suppressions", {
    addresses: ["bo@example.org"],
    reason: "unsubscribed",
  });
  await fixture.work();
  expect(fixture.sent).toHaveLength(3);
});

test("a welcome is queued together with the sign-up, or neither is there", async () => {
  const { system } = fixture.app.databases;
  const list = await fixture.newList("News");
  const settings = { welcome: true, welcomeSubject: "Hi", listIds: [list] };
  const single = await fixture.newForm({ ...settings, doubleOptIn: false });
  const form = await fixture.newForm({ ...settings, doubleOptIn: true });
  await fixture.post(form.path, anna);
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);
  await fixture.post(single.path, { email: "bo@example.org", ...(await fixture.solved(single)) });
  system.exec(`
    CREATE TRIGGER full BEFORE INSERT ON job WHEN new.kind = 'form.welcome'
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  expect((await fixture.post(link, {})).status).toBe(500);
  await fixture.work();
  expect(fixture.contacts()).toEqual([]);

  system.exec("DROP TRIGGER full");
  fixture.now += 3_600_000;
  expect((await fixture.post(link, {})).status).toBe(200);
  await fixture.work();
  await fixture.work();
  const welcomed = fixture.sent.filter(({ content }) => content.subject === "Hi");
  expect(welcomed.map(({ to }) => to).sort()).toEqual(["anna@example.org", "bo@example.org"]);
});

test("the link works for a week, in its own workspace, unchanged", async () => {
  const form = await fixture.newForm();
  await fixture.post(form.path, anna);
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);
  const token = link.split("/").at(-1) ?? "";
  for (const path of [
    `/f/confirm/${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`,
    `/f/confirm/${form.path.split("/").at(-1)}`,
    `/p/${token}`,
    `/u/${token}`,
    `/f/${token}`,
  ]) {
    expect((await fixture.post(path, {})).status).toBe(404);
  }
  expect(fixture.contacts()).toEqual([]);
  fixture.now += 7 * 86_400_000 + 1;
  expect((await fixture.visit(link)).status).toBe(404);
  expect((await fixture.post(link, {})).status).toBe(404);
  expect(fixture.contacts()).toEqual([]);
});

test("an erased person is not brought back by a form", async () => {
  const form = await fixture.newForm({ doubleOptIn: false });
  const { rememberErased } = await import("../../../../server/features/contacts/erased.store.ts");
  rememberErased(fixture.db, "anna@example.org", fixture.now);
  await fixture.post(form.path, { ...anna, ...(await fixture.solved(form)) });
  await fixture.work();

  expect(fixture.contacts()).toEqual([]);
});

test("an old consent text stays what it was, and who saw it is on record with it", async () => {
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

test("looks at the page are counted, many at once with few writes", async () => {
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

test("an erased person is not signed up again, is sent nothing, and whoever typed the address learns nothing", async () => {
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
