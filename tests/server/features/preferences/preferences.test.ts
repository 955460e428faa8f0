import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  loadTokenKeys,
  type PersonSubject,
  trackingToken,
} from "../../../../server/delivery/index.ts";
import { getContact } from "../../../../server/features/contacts/contacts.service.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { FormFixture } from "../forms/form-fixture.ts";

const DAY_MS = 86_400_000;
let fixture: FormFixture;
let contactId: number;
let path: string;
let news: number;
let offers: number;

beforeEach(async () => {
  fixture = new FormFixture();
  news = await fixture.newList("News", { description: "Once a month" });
  offers = await fixture.newList('Offers "><script>alert(1)</script>');
  await fixture.newList("Internal", { isPublic: false });
  const contact = { email: "anna@example.org", firstName: "Anna", listIds: [news] };
  contactId = (await fixture.call("POST", "/contacts", contact)).body.id;
  path = pathOf({ contactId });
});
afterEach(() => fixture.close());

function pathOf(
  subject: Partial<PersonSubject>,
  purpose: "preferences" | "unsubscribe" = "preferences",
) {
  const keys = loadTokenKeys(loadKeyRing(fixture.app.dataDir));
  const number = fixture.workspace.number;
  const whole = {
    workspaceNumber: number,
    campaignId: 9,
    seq: 1,
    contactId: undefined,
    ...subject,
  };
  return `/p/${trackingToken(keys, purpose, whole)}`;
}

const ledger = async () =>
  (await fixture.call("GET", `/contacts/${contactId}/consent`)).body.items as {
    action: string;
    lists: { id: number }[];
    source: string;
    actor: string;
    detail: string;
  }[];
const save = (topics: number[], more: Record<string, string> = {}) =>
  fixture.post(path, [
    ["action", "save"],
    ...topics.map((id): [string, string] => ["topic", String(id)]),
    ...Object.entries({ first_name: "Anna", last_name: "", language: "", ...more }),
  ]);

test("viewing changes nothing and shows public topics only, with the address masked", async () => {
  const before = fixture.db.prepare("SELECT total_changes() AS n").get();
  const page = await fixture.visit(path);
  const html = await page.text();

  expect(page.status).toBe(200);
  expect(html).toContain("Once a month");
  expect(html).not.toContain("Internal");
  expect(html).not.toContain("anna@");
  expect(html).not.toContain("<script>alert");
  expect(fixture.db.prepare("SELECT total_changes() AS n").get()).toEqual(before);
  expect(fixture.facts).toEqual([]);
});

test("topics can be joined and left, and the consent log names the person", async () => {
  const answer = await save([offers]);

  expect(await answer.text()).toContain("Saved.");
  expect(fixture.memberships().map(([, id, status]) => [id, status])).toEqual([
    [news, "unsubscribed"],
    [offers, "subscribed"],
  ]);
  const by = { source: "preferences", actor: "contact" };
  expect((await ledger()).slice(0, 2)).toMatchObject([
    { action: "withdrawn", lists: [{ id: news }], ...by },
    { action: "given", lists: [{ id: offers }], ...by },
  ]);
  const count = (await ledger()).length;
  await save([offers]);
  expect(await ledger()).toHaveLength(count);
});

test("a private list cannot be joined by naming it", async () => {
  await save([news, 3, 99]);

  expect(fixture.memberships()).toHaveLength(1);
});

test("a pause lasts 30, 60 or 90 days and can be ended", async () => {
  const paused = () =>
    fixture.db.prepare("SELECT paused_until FROM contact WHERE id = ?").pluck().get(contactId);
  const pause = (days: string) => fixture.post(path, { action: "pause", days });

  expect((await pause("3650")).status).toBe(422);
  expect(paused()).toBeNull();
  const html = await (await pause("60")).text();
  expect(paused()).toBe(fixture.now + 60 * DAY_MS);
  expect(html).toContain("You will not receive email until");
  const shown = () => getContact(fixture.db, contactId, fixture.now).pausedUntil;
  expect(shown()).toBe(fixture.now + 60 * DAY_MS);
  await pause("0");
  expect(paused()).toBeNull();
  expect(shown()).toBeNull();
  expect((await ledger())[1]).toMatchObject({ action: "changed", detail: "pause of 60 days" });
});

test("the person can change name and language; the page uses their language", async () => {
  await save([news], { first_name: "<b>Änne</b>", last_name: "Müller", language: "de" });
  const html = await (await fixture.visit(path, { headers: { "accept-language": "en" } })).text();

  expect(html).toContain('lang="de"');
  expect(html).toContain("Ihre Einstellungen");
  expect(html).toContain("&lt;b&gt;Änne&lt;/b&gt;");
  expect(fixture.contacts()).toMatchObject([{ last_name: "Müller" }]);
  expect((await save([news], { language: "no language" })).status).toBe(422);
});

test("another address must be confirmed through a message to it", async () => {
  const answer = await fixture.post(path, { action: "address", email: "New@Example.org" });
  await fixture.work();
  expect(answer.status).toBe(200);
  expect(fixture.contacts()[0]?.address).toBe("anna@example.org");
  expect(fixture.sent.map(({ to }) => to)).toEqual(["anna@example.org", "new@example.org"]);
  expect(JSON.stringify(fixture.sent)).not.toContain("Anna");

  const link = fixture.linkIn(fixture.sent[1]);
  expect(link).toStartWith("/p/confirm/");
  expect(await (await fixture.visit(link)).text()).toContain("New@Example.org");
  expect(fixture.contacts()[0]?.address).toBe("anna@example.org");
  expect((await fixture.post(link, {}, { origin: "https://evil.test" })).status).toBe(404);
  expect(await (await fixture.post(link, {})).text()).toContain("at your new address from now on");
  expect(fixture.contacts()[0]?.address).toBe("new@example.org");
  expect((await ledger())[0]).toMatchObject({ action: "changed", detail: "address" });
});

test("whoever unsubscribes before confirming a new address is not promised email there", async () => {
  await fixture.post(path, { action: "address", email: "New@Example.org" });
  await fixture.work();
  await fixture.call("POST", "/suppressions", {
    addresses: ["anna@example.org"],
    reason: "unsubscribed",
  });

  const html = await (await fixture.post(fixture.linkIn(fixture.sent[1]), {})).text();

  expect(html).toContain("Your address was changed.");
  expect(html).toContain("You do not receive email from us at the moment.");
});

test("the current address is notified that mail is to go elsewhere, and not where", async () => {
  await fixture.post(path, { action: "address", email: "new@example.org" });
  await fixture.work();
  const notice = fixture.sent.find(({ to }) => to === "anna@example.org");
  const said = JSON.stringify(notice?.content);

  expect(said).toContain("n•••@example.org");
  expect(said).not.toContain("new@example.org");
  expect((await fixture.visit(fixture.linkIn(notice))).status).toBe(200);
});

test("an address that bounces gets no notice of the new one", async () => {
  const reason = "hard_bounce";
  await fixture.call("POST", "/suppressions", { addresses: ["anna@example.org"], reason });
  await fixture.post(path, { action: "address", email: "new@example.org" });
  await fixture.work();

  expect(fixture.sent.map(({ to }) => to)).toEqual(["new@example.org"]);
});

test("somebody else's address cannot be taken over, and a confirmation link expires", async () => {
  await fixture.call("POST", "/contacts", { email: "bo@example.org" });
  await fixture.post(path, { action: "address", email: "bo@example.org" });
  await fixture.post(path, { action: "address", email: "late@example.org" });
  await fixture.work();
  const [taken, late] = fixture.sent
    .filter(({ to }) => to !== "anna@example.org")
    .map((message) => fixture.linkIn(message));

  expect((await fixture.post(taken ?? "", {})).status).toBe(409);
  fixture.now += 8 * DAY_MS;
  expect((await fixture.post(late ?? "", {})).status).toBe(404);
  expect(fixture.contacts()[0]?.address).toBe("anna@example.org");
});

test("repeated requests for an address cannot flood its inbox", async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 7; n++) {
    statuses.push((await fixture.post(path, { action: "address", email: "v@example.org" })).status);
    await fixture.work();
  }

  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  const to = (address: string) => fixture.sent.filter((message) => message.to === address);
  expect(to("v@example.org")).toHaveLength(3);
  expect(to("anna@example.org")).toHaveLength(3);
});

test("one link sends messages to a few new addresses a day, from however many networks it is used", async () => {
  const ask = async (n: number) => {
    const answer = await fixture.post(
      path,
      { action: "address", email: `stranger${n}@example.org` },
      { "x-forwarded-for": `198.51.${n}.1` },
    );
    await fixture.work();
    fixture.now += 60_000;
    return answer;
  };
  const statuses: number[] = [];
  for (let n = 0; n < 40; n++) {
    const answer = await ask(n);
    statuses.push(answer.status);
    if (n === 39) {
      expect(await answer.text()).toContain("try again tomorrow");
    }
  }

  expect(statuses).toEqual([...Array(5).fill(200), ...Array(35).fill(429)]);
  expect(fixture.sent.filter(({ to }) => to.startsWith("stranger"))).toHaveLength(5);
  fixture.now += DAY_MS;
  expect((await ask(40)).status).toBe(200);
});

test("an address refused by its server is rejected, and its job is not retried", async () => {
  const job = () => fixture.app.databases.system.prepare("SELECT state, attempts FROM job").get();
  const wrong = await fixture.post(path, { action: "address", email: '"<script>"@b.test' });
  expect([wrong.status, job()]).toEqual([422, undefined]);

  await fixture.post(path, { action: "address", email: "fine@b.test" });
  fixture.fault = "unsupported";
  await fixture.work();
  expect(job()).toEqual({ state: "dead", attempts: 1 });
});

test("a temporary failure is retried", async () => {
  await fixture.post(path, { action: "address", email: "fine@b.test" });
  fixture.fault = "connection";
  await fixture.work();

  const job = fixture.app.databases.system.prepare("SELECT state, attempts FROM job").get();
  expect(job).toEqual({ state: "ready", attempts: 1 });
});

test("unsubscribing from everything is one fact with the contact and the address", async () => {
  const answer = await fixture.post(path, { action: "leave" });

  expect(await answer.text()).toContain("You are unsubscribed");
  expect(fixture.facts).toMatchObject([
    { k: "unsubscribe", c: 9, s: 1, ct: contactId, a: "anna@example.org", via: "page" },
  ]);
});

test("an unsubscribed person resubscribes by choosing a topic; a complaint remains", async () => {
  const suppress = (reason: string) =>
    fixture.call("POST", "/suppressions", { addresses: ["anna@example.org"], reason });
  const status = async () => (await fixture.call("GET", `/contacts/${contactId}`)).body.status;
  await suppress("unsubscribed");
  await save([]);
  expect(await status()).toBe("unsubscribed");
  await save([news]);
  expect(await status()).toBe("mailable");

  await suppress("complaint");
  await save([news, offers]);
  expect(await status()).toBe("suppressed");
});

test("the link works years later, without its campaign, and only for its recipient", async () => {
  fixture.now += 3 * 365 * DAY_MS;
  expect((await fixture.visit(path)).status).toBe(200);
  const other = fixture.app.newWorkspace("Other");
  for (const strange of [
    pathOf({ contactId }, "unsubscribe"),
    pathOf({ contactId: 999 }),
    pathOf({ contactId, workspaceNumber: other.number }),
    `${path.slice(0, -1)}${path.endsWith("A") ? "B" : "A"}`,
    "/p/preview",
  ]) {
    expect((await fixture.visit(strange)).status).toBe(404);
    expect((await fixture.post(strange, { action: "leave" })).status).toBe(404);
  }
  expect(
    (await fixture.post(path, { action: "leave" }, { origin: "https://evil.test" })).status,
  ).toBe(404);
  expect(fixture.facts).toEqual([]);
});

test("a person whose contact was deleted sees what remains and can still unsubscribe permanently", async () => {
  fixture.db.exec(`
    INSERT INTO campaign (id, name, status, created_by, created_at, updated_at)
    VALUES (9, 'May', 'completed', 'u', 0, 0);
    INSERT INTO message (campaign_id, seq, contact_id, address) VALUES (9, 1, ${contactId}, 'anna@example.org');
  `);
  await fixture.call("DELETE", `/contacts/${contactId}`);

  const page = await fixture.visit(path);
  const html = await page.text();
  expect(page.status).toBe(200);
  expect(html).toContain("Your profile was deleted");
  expect(html).toContain("a•••@example.org");
  expect(html).not.toContain("anna@");
  expect(fixture.facts).toEqual([]);
  expect((await save([news])).status).toBe(422);
  expect(
    (await fixture.post(path, { action: "leave" }, { origin: "https://evil.test" })).status,
  ).toBe(404);
  expect(fixture.facts).toEqual([]);

  const left = await fixture.post(path, { action: "leave" });
  expect(await left.text()).toContain("You are unsubscribed");
  expect(fixture.facts).toMatchObject([{ k: "unsubscribe", c: 9, s: 1, a: "anna@example.org" }]);

  await fixture.call("POST", "/suppressions", { addresses: ["anna@example.org"] });
  const blocked = await (await fixture.visit(path)).text();
  expect(blocked).toContain("is blocked");
  expect(blocked).not.toContain('value="leave"');
});

test("an erased person is told so, and only their no is recorded", async () => {
  fixture.db.exec(`
    INSERT INTO campaign (id, name, status, created_by, created_at, updated_at)
    VALUES (9, 'May', 'completed', 'u', 0, 0);
    INSERT INTO message (campaign_id, seq, contact_id, address) VALUES (9, 1, ${contactId}, 'erased-77');
    DELETE FROM list_contact; DELETE FROM contact;
  `);

  const html = await (await fixture.visit(path)).text();

  expect(html).toContain("erased on request");
  expect(html).not.toContain("erased-77");
  expect((await fixture.post(path, { action: "leave" })).status).toBe(200);
  expect(fixture.facts).toMatchObject([{ k: "unsubscribe", ct: 1, ip: "", ua: "" }]);
  expect(fixture.facts[0]).not.toHaveProperty("a");
});

test("pages show the workspace's validated name, logo and colour", async () => {
  const set = (look: object) => fixture.call("PATCH", "/public-look", look);
  for (const look of [
    { logoUrl: "http://a.test/x.png" },
    { logoUrl: "javascript:alert(1)" },
    { color: "red" },
    { color: "#fff;}" },
  ]) {
    expect((await set(look)).status).toBe(422);
  }
  await set({ name: "Acme <Books>", logoUrl: "https://cdn.test/l.png?a=1&b=2", color: "#ff0000" });
  const page = await fixture.visit(path);
  const html = await page.text();

  expect(html).toContain("Acme &lt;Books&gt;");
  expect(html).toContain('src="https://cdn.test/l.png?a=1&amp;b=2"');
  expect(html).toContain("--accent:#ff0000");
  expect(page.headers.get("content-security-policy")).toContain("img-src https://cdn.test;");
});
