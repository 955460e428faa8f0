import { afterEach, beforeEach, expect, test } from "bun:test";
import { FormFixture } from "./form-fixture.ts";

let fixture: FormFixture;
beforeEach(() => {
  fixture = new FormFixture();
});
afterEach(() => fixture.close());

const anna = { email: "Anna@Example.org" };

test("a message that could not be handed over is retried; a permanently refused one is not", async () => {
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

test("a welcome goes once to new subscribers, and not to those who unsubscribed meanwhile", async () => {
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

test("a welcome is queued in the same transaction as the sign-up", async () => {
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

test("the link works for a week, in its own workspace, when unchanged", async () => {
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
