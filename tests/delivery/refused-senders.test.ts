// A server that refuses one sender domain is left alone for that domain: another one of the same route is mailed on.
// What a server says of the route itself, its name or its address, holds for every sender.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, portsWith, startTestDelivery, until } from "../support/delivery-engine.ts";
import { type MailSites, startMailSites } from "../support/mail-sites.ts";

const PEOPLE = 300;

let data: DeliveryData;
let sites: MailSites;
let delivery: Delivery;
let ws: string;

beforeEach(async () => {
  data = newDeliveryData();
  sites = await startMailSites();
  delivery = await startTestDelivery(
    data,
    portsWith(data, (route) => sites.direct(route)),
    [sites.dns.server],
  );
  ws = data.newWorkspace();
});
afterEach(async () => {
  await delivery.stop();
  await sites.close();
  data.close();
});

/** Sends a campaign of a sender domain until everybody has a state; all of them leave by the route of the first. */
async function send(domain: string): Promise<number> {
  const content = { domain, bounceDomain: `bounce.${domain}`, fromEmail: `news@${domain}` };
  const id = data.addCampaign(ws, { maxConnections: 10, content });
  data.db(ws).prepare("UPDATE campaign SET route_id = 1").run();
  await delivery.prepareCampaign(ws, id);
  await until(
    () => {
      const { pending, leased } = exactCounts(data, ws, id, PEOPLE);
      return pending + leased === 0;
    },
    "everybody having a state",
    40_000,
  );
  return id;
}

const holds = async () =>
  (await delivery.queue(ws)).holds.map(({ level, id }) => `${level} ${id.replace(`${ws}/`, "")}`);

test("another sender domain of the route is mailed on where a server refuses the first one", async () => {
  const picky = sites.add("picky.example", {
    onSender: (_, from) =>
      from.endsWith("@bounce.bad.example")
        ? `550 5.7.1 <${from}>: Sender address rejected by local list`
        : "250 ok",
  });
  data.addContacts(ws, PEOPLE, ["picky.example"]);
  const bad = await send("bad.example");
  const held = await holds();
  const good = await send("good.example");

  expect(held).toHaveLength(1);
  expect(held[0]).toMatch(/^sender_site 1\/bounce\.bad\.example\/mx-/);
  expect(exactCounts(data, ws, bad)).toMatchObject({ sent: 0, deferred: PEOPLE, failed: 0 });
  expect(exactCounts(data, ws, good)).toMatchObject({ sent: PEOPLE, deferred: 0 });
  expect(picky.arrived).toHaveLength(PEOPLE);
  // A message of the other domain is no sign that the first one is let in.
  expect(await holds()).toEqual(held);
}, 90_000);

test.each([
  "550 5.7.1 <out.acme.example>: Helo command rejected: Access denied",
  "554 5.7.1 we take nothing from you",
])(
  "“%s” holds for every sender domain of the route",
  async (refusal) => {
    sites.add("picky.example", { onSender: () => refusal });
    data.addContacts(ws, PEOPLE, ["picky.example"]);
    await send("first.example");
    const held = await holds();
    const second = await send("second.example");

    expect(held).toHaveLength(1);
    expect(held[0]).toMatch(/^route_site 1\/mx-/);
    const tries = data.db(ws).prepare("SELECT count(*) FROM attempt WHERE campaign_id = ?");
    expect(tries.pluck().get(second)).toBe(0);
  },
  90_000,
);

test("a rule about the sender's domain holds that domain's mail, and counts each domain's replies alone", async () => {
  const rule = {
    ...{ key: "own-spf", name: "SPF is missing", match: { enhanced: ["*.7.26"] } },
    trigger: { times: 3, withinMs: 3_600_000 },
    actions: [{ do: "suspend", scope: "sender_provider", forMs: 3_600_000 }],
  };
  data.databases.system
    .prepare("INSERT INTO limit_rule VALUES (?, 0, 1, ?, 1, 0)")
    .run(rule.key, JSON.stringify(rule));
  delivery.rulesChanged();
  sites.add("picky.example", {
    onSender: (_, from) =>
      from.endsWith("@bounce.bad.example") ? "550 5.7.26 no SPF record" : "250 ok",
  });
  data.addContacts(ws, PEOPLE, ["picky.example"]);
  const bad = await send("bad.example");
  const good = await send("good.example");

  expect(exactCounts(data, ws, bad)).toMatchObject({ sent: 0, deferred: PEOPLE });
  expect(exactCounts(data, ws, good)).toMatchObject({ sent: PEOPLE });
  expect((await holds())[0]).toMatch(/^sender_site 1\/bad\.example\/mx-/);
}, 90_000);
