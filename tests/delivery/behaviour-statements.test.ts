// What large providers require of bulk senders in 2026, statement by statement: the sender's behaviour. Tested through
// the API, the whole engine and the listener, as senders and outsiders use them.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import PostalMime from "postal-mime";
import { compileCampaign } from "../../server/delivery/render/compile.ts";
import { renderMessage } from "../../server/delivery/render/message.ts";
import { changeDeliverySettings, deliveryDefaults } from "../../server/delivery/settings.store.ts";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { purgeDueAt } from "../../server/features/campaigns/purge.service.ts";
import { type CampaignFixture, newCampaignFixture } from "../server/features/campaigns/fixture.ts";
import { campaignContent, recipient, testTokenKeys } from "../support/campaign-content.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, startTestDelivery, statusOf, until } from "../support/delivery-engine.ts";
import { newInboundDesk } from "../support/inbound-desk.ts";
import { startTcpSink } from "../support/tcp-sink.ts";

setDefaultTimeout(60_000);

let fixture: CampaignFixture;
let toClose: (() => unknown)[];
beforeEach(() => {
  fixture = newCampaignFixture();
  toClose = [() => fixture.app.close()];
});
afterEach(async () => {
  for (const close of toClose.reverse()) {
    await close();
  }
});

type Checks = { canSend: boolean; checks: { code: string; severity: string }[] };

async function preflight(id: number): Promise<Checks> {
  return (await (await fixture.call("GET", `/${id}/preflight`)).json()) as Checks;
}

/** A ready campaign with a domain whose key was found once, a sender in that domain, and a direct route. */
async function directCampaign(domain: string, published: string, verifiedAt: number | null) {
  fixture
    .db()
    .prepare(
      `INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, verified_at, checked_at, created_at)
       VALUES (?, 'sm1', '', ?, ?, ?, 0)`,
    )
    .run(domain, published, verifiedAt, verifiedAt);
  fixture.db().exec(`
    INSERT INTO sender (name, email, domain_id, created_at) VALUES ('Acme', 'news@${domain}', 1, 0);
    INSERT INTO route (name, kind, port, created_at, updated_at) VALUES ('Direct', 'direct', 25, 0, 0)`);
  return await fixture.newReady({ senderId: 2, routeId: 2 });
}

/** A workspace with this many contacts, and an engine to start on it. */
async function engineWith(contacts: number) {
  const data = newDeliveryData();
  let delivery: Delivery | undefined;
  toClose.push(async () => {
    await delivery?.stop();
    data.close();
  });
  const ws = data.newWorkspace();
  data.addContacts(ws, contacts);
  const engine = async () => {
    delivery = await startTestDelivery(data);
    return delivery;
  };
  return { data, ws, engine };
}

/** Limits the campaign's route to 200 messages per second, so that it is still sending when the test looks. */
function slowDown(data: DeliveryData, ws: string, campaignId: number): void {
  data
    .db(ws)
    .prepare(
      "UPDATE route SET max_per_second = 200 WHERE id = (SELECT route_id FROM campaign WHERE id = ?)",
    )
    .run(campaignId);
}

function sentSeqs(data: DeliveryData, ws: string, campaignId: number, n: number): number[] {
  return data
    .db(ws)
    .prepare<[number, number], number>(
      "SELECT seq FROM message WHERE campaign_id = ? AND state = 3 LIMIT ?",
    )
    .pluck()
    .all(campaignId, n) as unknown as number[];
}

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");

test("14: an unverified domain sends nothing straight to recipients, and free-mail From domains are refused", async () => {
  const id = await directCampaign("example.com", spki, null);

  const { canSend, checks } = await preflight(id);
  const launch = await fixture.call("POST", `/${id}/launch`, {});
  const sender = (email: string) =>
    fixture.app.call(
      { role: "admin", workspaceId: fixture.workspace.id },
      "POST",
      `/workspaces/${fixture.workspace.id}/senders`,
      { name: "Me", email },
    );
  const refused = await sender("shop@gmail.com");
  const problem = (await refused.json()) as { code: string; detail: string };

  expect(canSend).toBe(false);
  expect(checks).toContainEqual(
    expect.objectContaining({ code: "domain_unverified", severity: "error" }),
  );
  expect(launch.status).toBeGreaterThanOrEqual(400);
  expect(fixture.engine.told).toEqual([]);
  expect(refused.status).toBe(422);
  expect(JSON.stringify(problem)).toMatch(/gmail/i);
  expect((await sender("shop@yahoo.co.uk")).status).toBe(422);
  expect((await sender("shop@example.org")).status).toBeLessThan(300);
});

test("15: a domain is checked again at launch, and a missing key stops the launch before the first message", async () => {
  const id = await directCampaign("example.com", spki, 1);
  fixture.zone.set("sm1._domainkey.example.com", `v=DKIM1; k=rsa; p=${spki}`);
  const before = await preflight(id);
  fixture.zone.delete("sm1._domainkey.example.com");
  fixture.now.at += 2 * 86_400_000;

  const after = await preflight(id);
  const launch = await fixture.call("POST", `/${id}/launch`, {});

  expect(before.checks.map(({ code }) => code)).not.toContain("domain_unverified");
  expect(before.checks.map(({ code }) => code)).not.toContain("domain_key_lost");
  expect(after.checks.map(({ code }) => code)).toContain("domain_key_lost");
  expect(after.canSend).toBe(false);
  expect(launch.status).toBeGreaterThanOrEqual(400);
  expect(fixture.engine.told.filter((call) => call.startsWith("prepare"))).toEqual([]);
});

test("21: a campaign pauses itself when too many addresses do not exist, or too many people complain", async () => {
  const sink = startTcpSink({
    onRecipient: (address) =>
      Number(/\d+/.exec(address)?.[0]) % 8 === 3 ? "550 5.1.1 No such user here" : "250 2.1.5 ok",
  });
  const { data, ws, engine } = await engineWith(900);
  changeDeliverySettings(data.db(ws), deliveryDefaults);
  const id = data.addCampaign(ws, { port: sink.port, maxConnections: 2 });
  const delivery = await engine();
  await delivery.prepareCampaign(ws, id);
  await until(() => statusOf(data, ws, id).status === "paused", "the pause for bounces");
  sink.close();
  const bounced = statusOf(data, ws, id);

  const friendly = startTcpSink();
  toClose.push(() => friendly.close());
  const second = data.addCampaign(ws, { port: friendly.port, maxConnections: 2 });
  slowDown(data, ws, second);
  await delivery.prepareCampaign(ws, second);
  await until(() => exactCounts(data, ws, second).sent > 520, "the first 520");
  for (const seq of sentSeqs(data, ws, second, 5)) {
    const fact = { k: "complaint" as const, w: ws, c: second, s: seq, at: Date.now() };
    await delivery.recordFact({ ...fact, via: "arf", kind: "abuse" });
  }
  await until(() => statusOf(data, ws, second).status === "paused", "the pause for complaints");

  expect(bounced.status_reason).toMatch(/do not exist: \d+(\.\d)? % \(\d+ of \d+\)/);
  expect(statusOf(data, ws, second).status_reason).toMatch(/reported it as spam/);
  expect(exactCounts(data, ws, id, 900).bounced).toBeGreaterThan(5);
});

test("22: somebody who unsubscribes or is suppressed after the launch gets nothing more", async () => {
  const sink = startTcpSink({ delayMs: 5 });
  toClose.push(() => sink.close());
  const { data, ws, engine } = await engineWith(600);
  const id = data.addCampaign(ws, { port: sink.port, maxConnections: 2 });
  const delivery = await engine();
  await delivery.prepareCampaign(ws, id);
  await until(() => sink.arrived.length > 10, "the first messages");

  const waiting = data
    .db(ws)
    .prepare<[], { seq: number; address: string }>(
      "SELECT seq, address FROM message ORDER BY seq DESC LIMIT 20",
    )
    .all();
  const already = new Set(sink.arrived.map(({ address }) => address));
  for (const { seq } of waiting) {
    const fact = { k: "unsubscribe" as const, w: ws, c: id, s: seq, at: Date.now() };
    await delivery.recordFact({ ...fact, via: "one_click", ip: "", ua: "" });
  }
  await until(() => statusOf(data, ws, id).status === "completed", "completion");

  const got = new Set(sink.arrived.map(({ address }) => address));
  const late = waiting.filter(({ address }) => got.has(address) && !already.has(address));
  // A message that had passed its check before the opt-out arrived may still be sent; at most one per connection.
  expect(late.length).toBeLessThanOrEqual(2);
  expect(exactCounts(data, ws, id, 600).skipped).toBeGreaterThanOrEqual(18);
});

test("23: the listener is no open relay and accepts no forged token", async () => {
  const desk = await newInboundDesk();
  toClose.push(() => desk.close());
  const [token = ""] = desk.bounceAddress().split("@");
  const forged = `${token.slice(0, -2)}${token.endsWith("aa") ? "bb" : "aa"}`;

  for (const address of [
    "victim@example.org",
    "victim%example.org@bounce.acme.example",
    "@bounce.acme.example:victim@example.org",
    '"victim@example.org"@bounce.acme.example',
    `${token}@elsewhere.example`,
    `${forged}@bounce.acme.example`,
    "anybody@bounce.acme.example",
  ]) {
    const reply = await desk.deliver(address, "Subject: x\r\n\r\nx", "spammer@example.net");
    expect([address, reply.slice(0, 1)]).toEqual([address, "5"]);
  }
  expect(desk.facts).toEqual([]);
  expect(desk.kept()).toEqual([]);
});

test("24: the instance accepts mail for postmaster and abuse, and a bounce domain for a message's return path", async () => {
  const desk = await newInboundDesk();
  toClose.push(() => desk.close());

  for (const address of [
    "postmaster@mail.host.example",
    "abuse@mail.host.example",
    desk.bounceAddress(),
    desk.bounceAddress().toUpperCase(),
  ]) {
    const reply = await desk.deliver(address, "Subject: hello\r\n\r\nIs anybody there?\r\n");
    expect([address, reply.slice(0, 3)]).toEqual([address, "250"]);
  }
});

test("25: every message contains a postal address and the reason it was sent, and its links work for sixty days", async () => {
  const compiled = await compileCampaign(campaignContent(), {
    campaignId: 1,
    keys: testTokenKeys,
  });
  const { bytes } = renderMessage(compiled, recipient(), { date: 0 });
  const email = await PostalMime.parse(bytes);

  for (const part of [email.html ?? "", email.text ?? ""]) {
    expect(part).toContain("1 Main Street");
    expect(part).toMatch(/You (get|receive)|because|unsubscribe/i);
  }
  const launchedAt = Date.UTC(2026, 10, 1);
  const days = (purgeDueAt(launchedAt, launchedAt) - launchedAt) / 86_400_000;
  expect(days).toBeGreaterThanOrEqual(60);
});
