import { afterEach, beforeEach, expect, test } from "bun:test";
import { shippedRules } from "../../../../server/delivery/index.ts";
import { RuleBook } from "../../../../server/delivery/result/limit-rules.ts";
import { fillRuleBook } from "../../../../server/delivery/result/rule-book.ts";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";
import { nothingOutside } from "../../../support/app.ts";
import { answerOf } from "../../../support/calls.ts";

let fixture: AccountsApp;
let admin: SignedUp;
let reloads: number;

beforeEach(async () => {
  reloads = 0;
  const engine = {
    ...nothingOutside.engine,
    rulesChanged: () => {
      reloads += 1;
    },
  };
  fixture = newAccountsApp({ outside: { engine } });
  admin = await fixture.signUp("admin@example.com", { isAdmin: true });
});
afterEach(() => fixture.close());

async function call(method: string, path: string, body?: unknown, who: SignedUp = admin) {
  const response = await fixture.call(who.cookie, method, `/instance/limit-rules${path}`, body);
  return await answerOf(response);
}

const mine = {
  name: "Small provider wants it slow",
  enabled: true,
  match: { codes: ["4xx"], text: "slow (?:down|please)" },
  trigger: { times: 1, withinMs: 3_600_000 },
  actions: [{ do: "set", scope: "route_site", connections: 1, forMs: 3_600_000 }],
};

const keys = async () =>
  ((await call("GET", "")).body.items as { key: string }[]).map(({ key }) => key);

test("a new instance has the shipped rules, in their order", async () => {
  expect(await keys()).toEqual(shippedRules.map(({ key }) => key));
});

test("a custom rule comes first, is found by a trial, and the delivery thread is notified", async () => {
  const created = await call("POST", "", mine);
  expect(created.status).toBe(200);
  expect(created.body).toMatchObject({ ...mine, source: "own" });
  expect(reloads).toBe(1);
  expect((await keys())[0]).toBe(created.body.key);

  const tried = await call("POST", "/try", {
    provider: "other",
    stage: "mail",
    text: "450-4.7.1 slow down\n450 4.7.1 in 5 minutes",
  });

  expect(tried.body).toMatchObject({
    ...{ code: 450, enhanced: "4.7.1", category: "rate_limit", fires: "immediately" },
    rule: { key: created.body.key, name: mine.name },
    actions: ["Limits the sending method to these servers to 1 connection for 1 hour"],
    outcome: { state: "deferred", suppresses: false, counts: false },
  });
  expect(tried.body.outcome.dueInMs).toBeGreaterThanOrEqual(300_000);
});

test("a rule may classify a reply, which decides the message's outcome", async () => {
  const text = "550 Computer says no";
  const before = await call("POST", "/try", { provider: "other", stage: "rcpt", text });
  expect(before.body.outcome).toMatchObject({ state: "bounced", category: "unclear_550" });

  await call("POST", "", {
    ...mine,
    match: { text: "computer says no" },
    actions: [],
    category: "greylist",
  });

  const after = await call("POST", "/try", { provider: "other", stage: "rcpt", text });
  expect(after.body.outcome).toMatchObject({ state: "deferred", category: "greylist" });
});

test("a rule that classifies a refusal before RCPT as a missing mailbox suppresses nobody", async () => {
  await call("POST", "", {
    ...mine,
    match: { text: "no" },
    actions: [],
    category: "invalid_mailbox",
  });

  const tried = await call("POST", "/try", { provider: "other", stage: "mail", text: "550 no" });

  expect(tried.body.outcome).toMatchObject({ state: "deferred", suppresses: false });
});

test("a shipped rule can be disabled, changed, and reset", async () => {
  const { body } = await call("GET", "");
  const { key, source: _, ...first } = body.items[0];

  await call("PUT", `/${key}`, { ...first, enabled: false });
  expect((await call("GET", "")).body.items[0]).toMatchObject({
    enabled: false,
    source: "shipped",
  });
  const book = new RuleBook();
  fillRuleBook(book, fixture.databases.system);
  const reply = { code: 421, enhanced: "4.7.28", text: "unusual rate" };
  expect(book.find({ provider: "google", stage: "dot", reply })?.key).not.toBe(key);

  const trigger = { times: 9, withinMs: 60_000 };
  await call("PUT", `/${key}`, { ...first, trigger });
  expect((await call("GET", "")).body.items[0]).toMatchObject({ trigger, source: "changed" });

  await call("DELETE", `/${key}`);
  expect((await call("GET", "")).body.items[0]).toEqual(body.items[0]);
});

test("the administrator sets the order, and an order that misses a new rule is refused", async () => {
  const before = await keys();
  const reversed = before.toReversed();

  expect((await call("PUT", "/order", { keys: reversed })).status).toBe(200);
  expect(await keys()).toEqual(reversed);

  await call("POST", "", mine);
  const stale = await call("PUT", "/order", { keys: before });
  expect(stale.status).toBe(422);
  expect((await keys()).length).toBe(before.length + 1);
});

test("an invalid rule is refused with the field", async () => {
  const refused = async (changes: object) => {
    const { status, body } = await call("POST", "", { ...mine, ...changes });
    return [status, body.fields?.[0]?.field];
  };
  expect(await refused({ match: { text: "(" } })).toEqual([422, "match.text"]);
  expect(await refused({ match: { text: "((a{100}){100}){100}" } })).toEqual([422, "match.text"]);
  expect(await refused({ match: { codes: ["250"] } })).toEqual([422, "match.codes"]);
  expect(await refused({ actions: [] })).toEqual([422, "actions"]);
  expect(await refused({ category: "nonsense" })).toEqual([422, "category"]);
  const tried = await call("POST", "/try", { provider: "x", stage: "rcpt", text: "250 OK" });
  expect([tried.status, tried.body.fields[0].field]).toEqual([422, "text"]);
  expect(reloads).toBe(0);
});

test("only instance administrators can see or change rules", async () => {
  const bob = await fixture.signUp("bob@example.com");
  for (const [method, path, body] of [
    ["GET", "", undefined],
    ["POST", "", mine],
    ["PUT", "/order", { keys: ["x"] }],
    ["POST", "/try", { provider: "x", stage: "rcpt", text: "550 no" }],
    ["PUT", "/virus", mine],
    ["DELETE", "/virus", undefined],
  ] as const) {
    expect((await call(method, path, body, bob)).status).toBe(403);
  }
  expect(await keys()).toEqual(shippedRules.map(({ key }) => key));
});
