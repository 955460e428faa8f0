import { afterEach, beforeEach, expect, test } from "bun:test";
import { loadTokenKeys, trackingToken } from "../../../../server/delivery/index.ts";
import { applyDirectly } from "../../../../server/delivery/ingest/batch.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { FormFixture } from "../forms/form-fixture.ts";

// A person's opt-out outlasts later changes of their contact.

let fixture: FormFixture;
beforeEach(() => {
  fixture = new FormFixture();
});
afterEach(() => fixture.close());

const anna = "anna@example.org";
const suppress = (reason: string, more: object = {}) =>
  fixture.call("POST", "/suppressions", { addresses: [anna], reason, ...more });
const addAnna = async (listIds: number[]): Promise<number> =>
  (await fixture.call("POST", "/contacts", { email: anna, firstName: "Anna", listIds })).body.id;
type Entry = { action: string; lists: unknown };
const statusOf = async (id: number) => (await fixture.call("GET", `/contacts/${id}`)).body.status;

function preferencesOf(contactId: number): string {
  const keys = loadTokenKeys(loadKeyRing(fixture.app.dataDir));
  const workspaceNumber = fixture.workspace.number;
  const subject = { workspaceNumber, campaignId: 9, seq: 1, contactId };
  return `/p/${trackingToken(keys, "preferences", subject)}`;
}

test("an unsubscribed person who changes only their name, with the boxes unchanged, stays unsubscribed", async () => {
  const news = await fixture.newList("News");
  const offers = await fixture.newList("Offers");
  const id = await addAnna([news, offers]);
  await suppress("unsubscribed");
  const path = preferencesOf(id);
  const boxes = [...(await (await fixture.visit(path)).text()).matchAll(/value="(\d+)" checked/g)];

  await fixture.post(path, [
    ["action", "save"],
    ...boxes.map(([, topic = ""]): [string, string] => ["topic", topic]),
    ["first_name", "Änne"],
    ["last_name", ""],
    ["language", ""],
  ]);

  expect(fixture.contacts()[0]?.first_name).toBe("Änne");
  expect(await statusOf(id)).toBe("unsubscribed");
});

test("a person who resubscribes to one topic gets that topic and no other", async () => {
  const news = await fixture.newList("News");
  const offers = await fixture.newList("Offers");
  const id = await addAnna([news, offers]);
  await suppress("unsubscribed");

  await fixture.post(preferencesOf(id), [
    ["action", "save"],
    ["topic", String(news)],
    ["first_name", "Anna"],
    ["last_name", ""],
    ["language", ""],
  ]);

  expect(await statusOf(id)).toBe("mailable");
  expect(fixture.memberships().map(([, list, status]) => [list, status])).toEqual([
    [news, "subscribed"],
    [offers, "unsubscribed"],
  ]);
  const { items } = (await fixture.call("GET", `/contacts/${id}/consent`)).body;
  expect(items.map(({ action }: { action: string }) => action)).toContain("given");
});

test("a person who resubscribes to one topic is removed from private lists left over from before a file unsubscribed them", async () => {
  const news = await fixture.newList("News");
  const staff = await fixture.newList("Staff", { isPublic: false });
  const id = await addAnna([staff]);
  await suppress("unsubscribed");

  await fixture.post(preferencesOf(id), [
    ["action", "save"],
    ["topic", String(news)],
    // Passing a private list neither joins nor keeps it.
    ["topic", String(staff)],
    ["first_name", "Anna"],
    ["last_name", ""],
    ["language", ""],
  ]);

  expect(await statusOf(id)).toBe("mailable");
  expect(fixture.memberships().map(([, list, status]) => [list, status])).toEqual([
    [news, "subscribed"],
    [staff, "unsubscribed"],
  ]);
  const { items } = (await fixture.call("GET", `/contacts/${id}/consent`)).body;
  const last = items.slice(0, 2).map(({ action, lists }: Entry) => [action, lists]);
  expect(JSON.stringify(last)).toContain("Staff");
});

test("a person who resubscribes through a form is on the form's lists, and on none from before", async () => {
  const news = await fixture.newList("News");
  const offers = await fixture.newList("Offers");
  const staff = await fixture.newList("Staff", { isPublic: false });
  const id = await addAnna([offers, staff]);
  await suppress("unsubscribed");
  const form = await fixture.newForm({ listIds: [news] });

  await fixture.post(form.path, { email: anna });
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent.at(-1)), {});

  expect(await statusOf(id)).toBe("mailable");
  expect(fixture.memberships().map(([, list, status]) => [list, status])).toEqual([
    [news, "subscribed"],
    [offers, "unsubscribed"],
    [staff, "unsubscribed"],
  ]);
});

test.each(["unsubscribed", "complaint", "manual"])(
  "a new address inherits the reason why its person is not mailed: %s",
  async (reason) => {
    const id = await addAnna([]);
    await suppress(reason);
    await fixture.call("PATCH", `/contacts/${id}`, { email: "new@example.org" });

    expect((await fixture.call("GET", `/contacts/${id}`)).body).toMatchObject({
      address: "new@example.org",
      suppressionReason: reason,
    });
  },
);

test("a hard bounce stays with the address that bounced", async () => {
  const id = await addAnna([]);
  await suppress("hard_bounce");
  await fixture.call("PATCH", `/contacts/${id}`, { email: "new@example.org" });

  expect(await statusOf(id)).toBe("mailable");
});

test("a person who unsubscribed from everything stays unsubscribed after confirming another address", async () => {
  const id = await addAnna([]);
  await suppress("unsubscribed");
  await fixture.post(preferencesOf(id), { action: "address", email: "new@example.org" });
  await fixture.work();
  const link = fixture.linkIn(fixture.sent.find(({ to }) => to === "new@example.org"));

  expect((await fixture.post(link, {})).status).toBe(200);
  expect(fixture.contacts()[0]?.address).toBe("new@example.org");
  expect(await statusOf(id)).toBe("unsubscribed");
});

test("no change of address is confirmed without its owner, whatever other mail they got that day", async () => {
  const news = await fixture.newList("News");
  const id = await addAnna([]);
  const form = await fixture.newForm({ listIds: [news] });
  for (let n = 0; n < 3; n++) {
    await fixture.post(form.path, { email: anna });
    await fixture.work();
  }
  const before = fixture.sent.length;
  await fixture.post(preferencesOf(id), { action: "address", email: "thief@example.org" });
  await fixture.work();

  expect(fixture.sent.slice(before).map(({ to }) => to)).toEqual([anna, "thief@example.org"]);
});

test("a sign-up confirmed once does not restore a contact deleted since", async () => {
  const news = await fixture.newList("News");
  const form = await fixture.newForm({ listIds: [news] });
  await fixture.post(form.path, { email: anna });
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);
  await fixture.post(link, {});
  const [contact] = fixture.contacts();
  expect(contact?.address).toBe(anna);

  await fixture.call("DELETE", `/contacts/${contact?.id}`);
  await fixture.post(link, {});

  expect(fixture.contacts()).toEqual([]);
});

test("a sign-up confirmed once does not undo the person's later changes", async () => {
  const news = await fixture.newList("News");
  const form = await fixture.newForm({
    listIds: [news],
    fields: [{ key: "first_name", required: false }],
  });
  await fixture.post(form.path, { email: anna, first_name: "Anna" });
  await fixture.work();
  const link = fixture.linkIn(fixture.sent[0]);
  await fixture.post(link, {});
  const id = fixture.contacts()[0]?.id;
  await fixture.call("PATCH", `/contacts/${id}`, { firstName: "Änne" });
  await fixture.post(link, {});

  expect(fixture.contacts()[0]?.first_name).toBe("Änne");
});

test("a permanent suppression is never replaced by a temporary one, however much weight it has", async () => {
  const id = await addAnna([]);
  await suppress("unsubscribed");
  const expiresAt = fixture.now + 60_000;
  await suppress("complaint", { expiresAt });
  fixture.now = expiresAt + 1;

  expect(await statusOf(id)).toBe("unsubscribed");
});

test("a longer suppression is not shortened by a weightier one", async () => {
  const id = await addAnna([]);
  await suppress("unsubscribed", { expiresAt: fixture.now + 120_000 });
  await suppress("complaint", { expiresAt: fixture.now + 60_000 });
  fixture.now += 90_000;

  expect(await statusOf(id)).not.toBe("mailable");
});

test("lifting a bounce leaves the earlier unsubscribe, which must be lifted separately", async () => {
  const id = await addAnna([]);
  const said = { k: "unsubscribe", w: fixture.workspace.id, c: 9, s: 1, ct: id, a: anna } as const;
  const rules = { classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules };
  const fact = { ...said, at: fixture.now, via: "page", ip: "", ua: "" } as const;
  applyDirectly(fixture.db, [fact], rules, fixture.now);
  await suppress("hard_bounce");
  expect(await statusOf(id)).toBe("suppressed");
  const lift = () => fixture.call("DELETE", "/suppressions", { address: anna, reason: "mended" });

  expect((await lift()).body).toEqual({ done: true, remains: "unsubscribed" });
  expect(await statusOf(id)).toBe("unsubscribed");
  expect((await lift()).body).toEqual({ done: true, remains: null });
  expect(await statusOf(id)).toBe("mailable");
});
