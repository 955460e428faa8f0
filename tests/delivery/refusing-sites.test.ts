// Direct mail to servers that reject us: a rejection by one server is attributed to that server, rejections by many
// servers are attributed to us.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { spokenReason } from "../../server/reasons/because.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { type MailSites, startMailSites } from "../support/mail-sites.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
let sites: MailSites;

beforeEach(async () => {
  engine = new TestEngine();
  sites = engine.closing(await startMailSites());
});
afterEach(() => engine.close());

async function send(ws: string, id: number): Promise<void> {
  await engine.start({
    change: (route) => sites.direct(route),
    dnsServers: [sites.dns.server],
  });
  await engine.delivery.prepareCampaign(ws, id);
}

const RETURN_PATH = "bounce.acme.example";

test.each([
  ["550 5.7.1 Sender rejected by local list", RETURN_PATH],
  ["550 5.1.0 Sender refused", RETURN_PATH],
  ["553 5.1.8 Sender address rejected", RETURN_PATH],
  ["554 we do not know you", "this server"],
])(
  "a server that answers MAIL with “%s” is paused, and the campaign continues at all others",
  async (refusal, whom) => {
    sites.add("closed.example", { onSender: () => refusal });
    const good = ["a.example", "b.example"].map((domain) => sites.add(domain));
    const ws = engine.data.newWorkspace();
    engine.data.addContacts(ws, 900, ["closed.example", "a.example", "b.example"]);
    const id = engine.data.addCampaign(ws, { maxConnections: 20 });
    await send(ws, id);

    await until(
      () => {
        const { pending, leased } = exactCounts(engine.data, ws, id, 900);
        return pending + leased === 0;
      },
      "everybody having a state",
      30_000,
    );

    expect(good.reduce((sum, sink) => sum + sink.arrived.length, 0)).toBe(600);
    expect(exactCounts(engine.data, ws, id)).toMatchObject({
      sent: 600,
      deferred: 300,
      failed: 0,
      bounced: 0,
    });
    expect(statusOf(engine.data, ws, id).status).toBe("sending");
    const tries = engine.data
      .db(ws)
      .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome = 'deferred'")
      .get();
    expect(tries?.n).toBeLessThan(30);
    const held = (await engine.delivery.queue(ws)).holds;
    expect(held).toHaveLength(1);
    expect(spokenReason(held[0]?.reason ?? "").reason).toBe(
      `mx.closed.example refuses mail from ${whom}: ${refusal}`,
    );
    expect(engine.data.db(ws).prepare("SELECT * FROM suppression").all()).toEqual([]);
  },
  60_000,
);

test("rejections by ten servers in a row are not treated as local blocks: the campaign pauses and says so", async () => {
  const domains = Array.from({ length: 14 }, (_, i) => `d${i}.example`);
  for (const domain of domains) {
    sites.add(domain, { onSender: () => "550 5.7.1 Sender rejected" });
  }
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 140, domains);
  const id = engine.data.addCampaign(ws, { maxConnections: 20 });
  await send(ws, id);

  await until(() => statusOf(engine.data, ws, id).status === "paused", "the pause", 30_000);

  expect(statusOf(engine.data, ws, id).status_reason).toMatch(
    /^The sending method “Relay” does not work: 10 mail servers in a row refuse mail from this server; the last one, mx\.d\d+\.example, says 550 5\.7\.1 Sender rejected$/,
  );
  expect(exactCounts(engine.data, ws, id, 140)).toMatchObject({
    sent: 0,
    failed: 0,
    bounced: 0,
    leased: 0,
  });
}, 60_000);

test("a server that checks the sender only at RCPT fails a few messages, not those of all its recipients", async () => {
  const refusal = "550 5.1.8 <b@bounces.acme.example>: Sender address rejected: Domain not found";
  sites.add("picky.example", { onRecipient: () => refusal });
  const good = sites.add("good.example");
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 600, ["picky.example", "good.example"]);
  const id = engine.data.addCampaign(ws, { maxConnections: 20 });
  await send(ws, id);

  await until(
    () => {
      const { pending, leased } = exactCounts(engine.data, ws, id, 600);
      return pending + leased === 0;
    },
    "everybody having a state",
    30_000,
  );

  const { sent, failed, deferred, bounced } = exactCounts(engine.data, ws, id);
  expect(good.arrived.length).toBe(300);
  expect({ sent, bounced }).toEqual({ sent: 300, bounced: 0 });
  expect(failed).toBeLessThan(30);
  expect(failed + deferred).toBe(300);
  expect(statusOf(engine.data, ws, id).status).toBe("sending");
  expect(engine.data.db(ws).prepare("SELECT * FROM suppression").all()).toEqual([]);
}, 60_000);
