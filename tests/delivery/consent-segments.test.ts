// The frozen conditions of segments are checked again until the message is sent, and a person with two contact records
// gets one message, whichever record came first.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mergeContacts } from "../../server/features/contacts/contact-merge.ts";
import { changeContact } from "../../server/features/contacts/contacts.service.ts";
import { addToList, changeOwnMembership } from "../../server/features/lists/lists.service.ts";
import type { Rule } from "../../server/features/segments/segment-language.rules.ts";
import { audienceCondition, planOf } from "../../server/features/segments/segment-plan.ts";
import type { Connection } from "../../server/platform/db/driver.ts";
import { until } from "../support/delivery-engine.ts";
import { type HeldCampaign, heldCampaign } from "../support/held-campaign.ts";

const PEOPLE = 20;
const SENT = "state 3";
const nobody = { id: 0, address: "" };

let held: HeldCampaign;
let db: Connection;
beforeEach(async () => {
  held = await heldCampaign();
  held.data.addContacts(held.ws, PEOPLE);
  db = held.data.db(held.ws);
});
afterEach(() => held.close());

const by = () => ({ actorId: "test", now: Date.now() });
const segment = (id: number, rule: Rule) => ({
  id,
  ...audienceCondition(planOf(db, { rule }, { now: Date.now(), timeZone: "UTC" }, `t${id}`)),
});
/** Matches every contact from `addContacts` until it is renamed. */
const named: Rule = { field: "first_name", is: "starts_with", value: "Name" };
const launch = (more: object = {}) =>
  held.launch({
    ...{ includeLists: [], excludeLists: [], includeSegments: [segment(1, named)] },
    ...more,
  });

const people = () =>
  db.prepare<[], typeof nobody>("SELECT id, address FROM contact ORDER BY id").all();
const waiting = () => people().filter(({ address }) => !held.held().includes(address));
const atData = () => people().filter(({ address }) => held.held().includes(address));
const rename = (id: number, firstName: string) => changeContact(db, id, { firstName }, by());

test("a contact that leaves the segment between freeze and send is not mailed, whether it waits or is held at DATA", async () => {
  const id = await launch();
  const [later = nobody] = waiting();
  const [now = nobody] = atData();
  rename(later.id, "Other");
  rename(now.id, "Other");

  const got = await held.release(id);

  expect(held.reasonOf(id, later.id)).toBe("left_segment");
  expect(held.reasonOf(id, now.id)).toBe("left_segment");
  expect(got).toHaveLength(PEOPLE - 2);
  expect(got).not.toContain(later.address);
  expect(got).not.toContain(now.address);
}, 60_000);

test("a contact that leaves the segment and returns before the send is mailed", async () => {
  const id = await launch();
  const [person = nobody] = waiting();
  rename(person.id, "Other");
  rename(person.id, "Name again");

  expect(await held.release(id)).toContain(person.address);
}, 60_000);

test("a contact that leaves the segment but is subscribed to a list of the campaign is mailed", async () => {
  const list = held.data.addList(held.ws, []);
  const id = await launch({ includeLists: [list] });
  const [onList = nobody, other = nobody] = waiting();
  addToList(db, list, [onList.id], { source: "manual", actor: "test", now: Date.now() });
  rename(onList.id, "Other");
  rename(other.id, "Other");

  const got = await held.release(id);

  expect(got).toContain(onList.address);
  expect(held.reasonOf(id, other.id)).toBe("left_segment");
}, 60_000);

test("a contact that enters an excluded segment is not mailed", async () => {
  const vip: Rule = { field: "last_name", is: "is", value: ["Competitor"] };
  const id = await launch({ excludeSegments: [segment(2, vip)] });
  const [person = nobody] = waiting();
  changeContact(db, person.id, { lastName: "Competitor" }, by());

  expect(await held.release(id)).toHaveLength(PEOPLE - 1);
  expect(held.reasonOf(id, person.id)).toBe("excluded");
}, 60_000);

test("a contact still in the segment that has left every list meanwhile is not mailed", async () => {
  const list = held.data.addList(
    held.ws,
    people().map(({ id }) => id),
  );
  const id = await launch();
  const [person = nobody] = waiting();
  const change = { listId: list, contactId: person.id, source: "preferences", reason: "" };
  changeOwnMembership(db, { ...change, status: "unsubscribed", now: Date.now() });

  expect(await held.release(id)).toHaveLength(PEOPLE - 1);
  expect(held.reasonOf(id, person.id)).toBe("left_list");
}, 60_000);

test("a person who got the message as one contact does not get it again as the contact that was kept", async () => {
  const id = await launch();
  const [sent = nobody] = atData();
  held.letGo(sent.address);
  await until(() => held.reasonOf(id, sent.id) === SENT, "the first message being sent");
  const [kept = nobody] = waiting();
  mergeContacts(db, { keep: kept.id, from: sent.id }, by());

  const got = await held.release(id);

  expect(held.reasonOf(id, kept.id)).toBe("already_sent");
  expect(got).not.toContain(kept.address);
  expect(got.filter((address) => address === sent.address)).toHaveLength(1);
  expect(got).toHaveLength(PEOPLE - 1);
}, 60_000);
