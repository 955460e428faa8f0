// A server that refuses one sender domain is paused for that domain only; another domain of the same route is still
// mailed. A refusal of the route itself, its name or its address applies to every sender.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { exactCounts, until } from "../support/delivery-engine.ts";
import { type MailSites, startMailSites } from "../support/mail-sites.ts";
import { TestEngine } from "../support/test-engine.ts";

const PEOPLE = 300;

let engine: TestEngine;
let sites: MailSites;
let ws: string;

beforeEach(async () => {
  engine = new TestEngine();
  sites = engine.closing(await startMailSites());
  await engine.start({
    change: (route) => sites.direct(route),
    dnsServers: [sites.dns.server],
  });
  ws = engine.data.newWorkspace();
});
afterEach(() => engine.close());

/**
 * Sends a campaign from a sender domain until every message has a final state; all campaigns use the first one's route.
 */
async function send(domain: string): Promise<number> {
  const content = { domain, bounceDomain: `bounce.${domain}`, fromEmail: `news@${domain}` };
  const id = engine.data.addCampaign(ws, { maxConnections: 10, content });
  engine.data.db(ws).prepare("UPDATE campaign SET route_id = 1").run();
  await engine.delivery.prepareCampaign(ws, id);
  await until(
    () => {
      const { pending, leased } = exactCounts(engine.data, ws, id, PEOPLE);
      return pending + leased === 0;
    },
    "everybody having a state",
    40_000,
  );
  return id;
}

const holds = async () =>
  (await engine.delivery.queue(ws)).holds.map(
    ({ level, id }) => `${level} ${id.replace(`${ws}/`, "")}`,
  );

test("another sender domain of the route is still mailed when a server refuses the first one", async () => {
  const picky = sites.add("picky.example", {
    onSender: (_, from) =>
      from.endsWith("@bounce.bad.example")
        ? `550 5.7.1 <${from}>: Sender address rejected by local list`
        : "250 ok",
  });
  engine.data.addContacts(ws, PEOPLE, ["picky.example"]);
  const bad = await send("bad.example");
  const held = await holds();
  const good = await send("good.example");

  expect(held).toHaveLength(1);
  expect(held[0]).toMatch(/^sender_site 1\/bounce\.bad\.example\/mx-/);
  expect(exactCounts(engine.data, ws, bad)).toMatchObject({ sent: 0, deferred: PEOPLE, failed: 0 });
  expect(exactCounts(engine.data, ws, good)).toMatchObject({ sent: PEOPLE, deferred: 0 });
  expect(picky.arrived).toHaveLength(PEOPLE);
  // Success for the other domain does not mean that the first one is accepted.
  expect(await holds()).toEqual(held);
}, 90_000);

test.each([
  "550 5.7.1 <out.acme.example>: Helo command rejected: Access denied",
  "554 5.7.1 we take nothing from you",
])(
  "“%s” applies to every sender domain of the route",
  async (refusal) => {
    sites.add("picky.example", { onSender: () => refusal });
    engine.data.addContacts(ws, PEOPLE, ["picky.example"]);
    await send("first.example");
    const held = await holds();
    const second = await send("second.example");

    expect(held).toHaveLength(1);
    expect(held[0]).toMatch(/^route_site 1\/mx-/);
    const tries = engine.data.db(ws).prepare("SELECT count(*) FROM attempt WHERE campaign_id = ?");
    expect(tries.pluck().get(second)).toBe(0);
  },
  90_000,
);

test("a rule about the sender's domain limits that domain's mail, and counts each domain's replies separately", async () => {
  const rule = {
    ...{ key: "own-spf", name: "SPF is missing", match: { enhanced: ["*.7.26"] } },
    trigger: { times: 3, withinMs: 3_600_000 },
    actions: [{ do: "suspend", scope: "sender_provider", forMs: 3_600_000 }],
  };
  engine.data.databases.system
    .prepare("INSERT INTO limit_rule VALUES (?, 0, 1, ?, 1, 0)")
    .run(rule.key, JSON.stringify(rule));
  engine.delivery.rulesChanged();
  sites.add("picky.example", {
    onSender: (_, from) =>
      from.endsWith("@bounce.bad.example") ? "550 5.7.26 no SPF record" : "250 ok",
  });
  engine.data.addContacts(ws, PEOPLE, ["picky.example"]);
  const bad = await send("bad.example");
  const good = await send("good.example");

  expect(exactCounts(engine.data, ws, bad)).toMatchObject({ sent: 0, deferred: PEOPLE });
  expect(exactCounts(engine.data, ws, good)).toMatchObject({ sent: PEOPLE });
  expect((await holds())[0]).toMatch(/^sender_site 1\/bad\.example\/mx-/);
}, 90_000);
