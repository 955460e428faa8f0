// Direct mail to servers that do not let us in: one server's word is about itself, many servers' word about us.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import {
  exactCounts,
  portsWith,
  startTestDelivery,
  statusOf,
  until,
} from "../support/delivery-engine.ts";
import { type MailSites, startMailSites } from "../support/mail-sites.ts";

let data: DeliveryData;
let sites: MailSites;
let delivery: Delivery;

beforeEach(async () => {
  data = newDeliveryData();
  sites = await startMailSites();
});
afterEach(async () => {
  await delivery.stop();
  await sites.close();
  data.close();
});

async function send(ws: string, id: number): Promise<void> {
  delivery = await startTestDelivery(
    data,
    portsWith(data, (route) => sites.direct(route)),
    [sites.dns.server],
  );
  await delivery.prepareCampaign(ws, id);
}

const RETURN_PATH = "bounce.acme.example";

test.each([
  ["550 5.7.1 Sender rejected by local list", RETURN_PATH],
  ["550 5.1.0 Sender refused", RETURN_PATH],
  ["553 5.1.8 Sender address rejected", RETURN_PATH],
  ["554 we do not know you", "here"],
])(
  "a server that answers MAIL with “%s” is left alone, and the campaign goes on to all others",
  async (refusal, whom) => {
    sites.add("closed.example", { onSender: () => refusal });
    const good = ["a.example", "b.example"].map((domain) => sites.add(domain));
    const ws = data.newWorkspace();
    data.addContacts(ws, 900, ["closed.example", "a.example", "b.example"]);
    const id = data.addCampaign(ws, { maxConnections: 20 });
    await send(ws, id);

    await until(
      () => {
        const { pending, leased } = exactCounts(data, ws, id, 900);
        return pending + leased === 0;
      },
      "everybody having a state",
      30_000,
    );

    expect(good.reduce((sum, sink) => sum + sink.arrived.length, 0)).toBe(600);
    expect(exactCounts(data, ws, id)).toMatchObject({
      sent: 600,
      deferred: 300,
      failed: 0,
      bounced: 0,
    });
    expect(statusOf(data, ws, id).status).toBe("sending");
    const tries = data
      .db(ws)
      .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome = 'deferred'")
      .get();
    expect(tries?.n).toBeLessThan(30);
    const held = (await delivery.queue(ws)).holds;
    expect(held).toHaveLength(1);
    expect(held[0]?.reason).toBe(`mx.closed.example refuses mail from ${whom}: ${refusal}`);
    expect(data.db(ws).prepare("SELECT * FROM suppression").all()).toEqual([]);
  },
  60_000,
);

test("ten servers in a row that do not let us in are no one's local list: the campaign pauses and says so", async () => {
  const domains = Array.from({ length: 14 }, (_, i) => `d${i}.example`);
  for (const domain of domains) {
    sites.add(domain, { onSender: () => "550 5.7.1 Sender rejected" });
  }
  const ws = data.newWorkspace();
  data.addContacts(ws, 140, domains);
  const id = data.addCampaign(ws, { maxConnections: 20 });
  await send(ws, id);

  await until(() => statusOf(data, ws, id).status === "paused", "the pause", 30_000);

  expect(statusOf(data, ws, id).status_reason).toMatch(
    /^The sending method “Relay” does not work: 10 mail servers in a row refuse mail from here; the last one, mx\.d\d+\.example, says 550 5\.7\.1 Sender rejected$/,
  );
  expect(exactCounts(data, ws, id, 140)).toMatchObject({
    sent: 0,
    failed: 0,
    bounced: 0,
    leased: 0,
  });
}, 60_000);

test("a server that looks at the sender only at RCPT ends a few messages, not those of all its people", async () => {
  const refusal = "550 5.1.8 <b@bounces.acme.example>: Sender address rejected: Domain not found";
  sites.add("picky.example", { onRecipient: () => refusal });
  const good = sites.add("good.example");
  const ws = data.newWorkspace();
  data.addContacts(ws, 600, ["picky.example", "good.example"]);
  const id = data.addCampaign(ws, { maxConnections: 20 });
  await send(ws, id);

  await until(
    () => {
      const { pending, leased } = exactCounts(data, ws, id, 600);
      return pending + leased === 0;
    },
    "everybody having a state",
    30_000,
  );

  const { sent, failed, deferred, bounced } = exactCounts(data, ws, id);
  expect(good.arrived.length).toBe(300);
  expect({ sent, bounced }).toEqual({ sent: 300, bounced: 0 });
  expect(failed).toBeLessThan(30);
  expect(failed + deferred).toBe(300);
  expect(statusOf(data, ws, id).status).toBe("sending");
  expect(data.db(ws).prepare("SELECT * FROM suppression").all()).toEqual([]);
}, 60_000);
