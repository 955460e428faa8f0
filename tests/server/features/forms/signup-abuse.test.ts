import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  forgetAskedMail,
  mayMailAddress,
} from "../../../../server/features/contact-mail/mail-cap.service.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { FormFixture } from "./form-fixture.ts";

let fixture: FormFixture;
beforeEach(() => {
  fixture = new FormFixture();
});
afterEach(() => fixture.close());

const anna = { email: "Anna@Example.org" };
const counts = async (id: number) => (await fixture.call("GET", `/forms/${id}`)).body.counts;

test("a solved challenge can be used once", async () => {
  const list = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [list], doubleOptIn: false });
  const work = await fixture.solved(form);
  await fixture.post(form.path, { email: "a@example.org", ...work });
  await fixture.post(form.path, { email: "b@example.org", ...work });
  await fixture.work();

  expect(fixture.contacts().map(({ address }) => address)).toEqual(["a@example.org"]);
});

test("a solution for another form, and an invented or old challenge, prove nothing", async () => {
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

test("a visitor who submits within two seconds is asked to submit again", async () => {
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

test("a bot that fills the honeypot gets the usual answer, and nothing is stored", async () => {
  const form = await fixture.newForm();
  const real = await fixture.post(form.path, { email: "a@example.org" });
  const trapped = await fixture.post(form.path, { ...anna, website_url: "https://spam.test" });
  await fixture.work();

  expect(await trapped.text()).toBe(await real.text());
  expect(fixture.sent.map(({ to }) => to)).toEqual(["a@example.org"]);
  expect(await counts(form.id)).toMatchObject({ bots: 1, submits: 1 });
});

test("an address gets three confirmation mails a day, whoever enters it wherever", async () => {
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

test("many workspaces together cannot flood an inbox, and a failed attempt counts as no message", async () => {
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

test("one network may submit ten forms at once, then one every half minute", async () => {
  const form = await fixture.newForm();
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) {
    statuses.push((await fixture.post(form.path, { email: `p${n}@example.org` })).status);
  }
  expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  fixture.now += 31_000;
  expect((await fixture.post(form.path, { email: "q@example.org" })).status).toBe(200);
});

test("one IPv6 customer with any number of addresses leaves room for other visitors", async () => {
  const form = await fixture.openForm();
  const send = (n: number, ip: string) => form.send(ip, { email: `p${n}@example.org` });
  const greedy = Array.from({ length: 70 }, (_, n) => send(n, `2001:db8:1:${n.toString(16)}::1`));
  expect(greedy).toEqual([...Array(20).fill("taken"), ...Array(50).fill("slow")]);
  expect(send(100, "2001:db8:2::1")).toBe("taken");
  expect(send(101, "192.0.2.77")).toBe("taken");
});
