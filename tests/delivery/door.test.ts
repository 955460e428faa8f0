import { afterEach, beforeEach, expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { DkimKey } from "../../server/delivery/types.ts";
import { campaignContent, contactFields } from "../support/campaign-content.ts";
import { exactCounts, portsWith, statusOf, until } from "../support/delivery-engine.ts";
import { mailauthVerdict } from "../support/dkim-verifiers.ts";
import { loopbackRoute } from "../support/smtp-messages.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
let peer: SmtpSink;
let key: DkimKey;
beforeEach(async () => {
  engine = new TestEngine();
  peer = engine.closing(await startSmtpSink());
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  key = { domain: "acme.example", selector: "s1", privateKeyPem };
});
afterEach(() => engine.close());

function signingPorts(dkim: DkimKey | undefined) {
  const ports = portsWith(engine.data, (route) => ({ ...route, signDkim: true }));
  return { ...ports, loadDkimKey: () => dkim };
}

async function verdict(raw: string): Promise<string[]> {
  const spki = createPublicKey(key.privateKeyPem).export({ type: "spki", format: "der" });
  return await mailauthVerdict(Buffer.from(raw), `v=DKIM1; k=rsa; p=${spki.toString("base64")}`);
}

test("DKIM signatures of a campaign's messages verify at the receiver", async () => {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 120);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start({ ports: signingPorts(key) });

  await engine.delivery.prepareCampaign(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(peer.messages.length).toBe(120);
  for (const message of peer.messages.slice(0, 5)) {
    expect(await verdict(message.raw)).toEqual(["pass"]);
  }
}, 30_000);

test("a key that cannot sign pauses the campaign, and nothing is sent unsigned", async () => {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 5);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.start({ ports: signingPorts({ ...key, privateKeyPem: "broken" }) });

  await engine.delivery.prepareCampaign(ws, id);
  await until(() => statusOf(engine.data, ws, id).status === "paused", "the pause");

  expect(statusOf(engine.data, ws, id).status_reason).toContain("The DKIM key cannot be used");
  expect(exactCounts(engine.data, ws, id, 5)).toMatchObject({ pending: 5 });
  expect(peer.messages).toEqual([]);
}, 30_000);

test("a test message is sent at once and returns the server's own reply", async () => {
  await engine.start();
  const message = {
    workspaceId: engine.data.newWorkspace(),
    route: loopbackRoute(peer.port),
    dkim: key,
    content: campaignContent(),
    contact: contactFields(),
    to: "jane@example.org",
  };

  const outcome = await engine.delivery.sendOne(message);
  const unreachable = await engine.delivery.sendOne({ ...message, route: loopbackRoute(1) });

  expect(outcome).toMatchObject({ kind: "accepted", reply: { code: 250 } });
  expect(peer.messages[0]?.raw).toContain("Subject: News for Jane");
  expect(await verdict(peer.messages[0]?.raw ?? "")).toEqual(["pass"]);
  expect(unreachable).toMatchObject({ kind: "broken", stage: "connect" });
  const broken = { ...message, content: campaignContent({ subject: "{{ oops" }) };
  await expect(engine.delivery.sendOne(broken)).rejects.toThrow("The message could not be created");
}, 30_000);

test("a campaign continues over a changed route, and recipients that had the message get no second one", async () => {
  const first = engine.tcpSink({ delayMs: 5 });
  const second = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 1_200);
  const id = engine.data.addCampaign(ws, { port: first.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => first.arrived.length > 100, "the first messages");

  engine.data.db(ws).prepare("UPDATE route SET port = ?").run(second.port);
  engine.delivery.routeChanged(ws, 1);
  await until(() => engine.isCompleted(ws, id), "completion");

  const all = [...first.arrived, ...second.arrived].map(({ address }) => address);
  expect(all.length).toBe(1_200);
  expect(new Set(all).size).toBe(1_200);
  expect(second.arrived.length).toBeGreaterThan(500);
}, 30_000);

test("a retry is the same message, octet for octet", async () => {
  let isFirst = true;
  const raws: string[] = [];
  const greylist = await startSmtpSink({
    refuseMessage: (raw) => {
      raws.push(raw);
      const refuse = isFirst;
      isFirst = false;
      return refuse
        ? Object.assign(new Error("4.7.1 greylisted"), { responseCode: 451 })
        : undefined;
    },
  });
  engine.closing(greylist);
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 1);
  const id = engine.data.addCampaign(ws, { port: greylist.port });
  await engine.start({ ports: signingPorts(key) });
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => exactCounts(engine.data, ws, id, 1).deferred === 1, "the deferral");

  await Bun.sleep(1_100);
  engine.data.db(ws).exec("UPDATE message SET due_at = 1; UPDATE chunk SET next_due = 1");
  await engine.delivery.expect(ws);
  engine.delivery.notice(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(raws.length).toBe(2);
  expect(raws[1]).toBe(raws[0] ?? "");
}, 30_000);

test("subscribers are notified of every step of a campaign", async () => {
  // Slow enough to be running when its pace is measured, twice a second.
  const slow = engine.tcpSink({ delayMs: 20 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 300);
  const id = engine.data.addCampaign(ws, { port: slow.port });
  await engine.start();
  const settled: (string | undefined)[] = [];
  let rates = 0;
  const stop = engine.delivery.onProgress((event) => {
    settled.push(event.settled);
    rates += event.running?.perSecond ?? 0;
  });

  await engine.delivery.prepareCampaign(ws, id);
  await until(() => settled.includes("completed"), "the news of its end");

  expect(rates).toBeGreaterThan(0);
  stop();
}, 30_000);
