// Relays that do not work, used by the compiled binary: each error is explained, and no recipient is lost.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificate, makeCertificate } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { sendToNewPeople, untilBottleneck, untilReport } from "../support/relay-campaign.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";
import { type SinkOptions, type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

let folder: string;
let seeded: SeededBinary;
let good: Certificate;
let expired: Certificate;
const sinks: SmtpSink[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-bad-routes-"));
  good = makeCertificate();
  expired = makeCertificate({ expired: true });
  const trusted = join(folder, "ca.pem");
  writeFileSync(trusted, good.cert + expired.cert);
  seeded = await startSeededBinary({
    env: { NODE_EXTRA_CA_CERTS: trusted },
    publicUrl: "https://mail.acme-books.example",
  });
}, 60_000);

afterAll(async () => {
  await seeded?.binary.dispose();
  await Promise.all(sinks.map((sink) => sink.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function sink(options: SinkOptions): Promise<SmtpSink> {
  const started = await startSmtpSink(options);
  sinks.push(started);
  return started;
}

const relay = (port: number, changes: Record<string, unknown> = {}) => ({
  host: "localhost",
  port,
  security: "starttls",
  verifyCertificate: true,
  username: "mailer",
  password: "right",
  ...changes,
});

async function newRoute(name: string, settings: Record<string, unknown>): Promise<number> {
  const body = { name, kind: "relay", ...settings };
  const { id } = await seeded.api.post<{ id: number }>(`${seeded.workspace.path}/routes`, body);
  return id;
}

async function check(settings: Record<string, unknown>) {
  type Check = { ok: boolean; steps: { stage: string; ok: boolean; message: string }[] };
  const path = `${seeded.workspace.path}/routes/check`;
  const { ok, steps } = await seeded.api.post<Check>(path, settings);
  return { ok, last: steps.at(-1) };
}

const changeRoute = (id: number, change: Record<string, unknown>) =>
  seeded.api.patch(`${seeded.workspace.path}/routes/${id}`, change);

const resume = (id: number) => seeded.api.post(`${seeded.workspace.path}/campaigns/${id}/resume`);

const report = (id: number, isWanted: Parameters<typeof untilReport>[3]) =>
  untilReport(seeded.api, seeded.workspace, id, isWanted);

const receivers = (relays: SmtpSink[]) =>
  relays.flatMap(({ messages }) => messages.flatMap(({ to }) => to));

test("checking an unreachable relay says where it tried to connect and what happened", async () => {
  const port = await freePort();

  const { ok, last } = await check(relay(port));

  expect(ok).toBe(false);
  expect(last).toMatchObject({ stage: "connect", ok: false });
  expect(last?.message).toContain(`port ${port}: connection refused`);
});

test("checking a relay whose name does not exist says so about the name", async () => {
  const { ok, last } = await check(relay(25, { host: "relay.nowhere.invalid" }));

  expect(ok).toBe(false);
  expect(last?.stage).toBe("dns");
  expect(last?.message).toContain("relay.nowhere.invalid");
});

test("checking with a wrong password shows the server's reply, and never the password", async () => {
  const server = await sink({
    certificate: good,
    login: { username: "mailer", password: "right" },
  });

  const { ok, last } = await check(relay(server.port, { password: "not-it-at-all" }));

  expect(ok).toBe(false);
  expect(last).toMatchObject({
    stage: "auth",
    ok: false,
    message:
      'The server did not accept the username "mailer" or its password. The server said: 535 5.7.8 Username and Password not accepted',
  });
  expect(seeded.binary.output()).not.toContain("not-it-at-all");
});

test("checking a relay whose certificate has expired reports it at STARTTLS", async () => {
  const server = await sink({ certificate: expired });

  const { ok, last } = await check(relay(server.port, { username: "", password: "" }));

  expect(ok).toBe(false);
  expect(last).toMatchObject({ stage: "starttls", ok: false });
  expect(last?.message).toMatch(/certificate.*expired/i);
});

test("a relay that goes away mid-campaign is named as what holds the campaign back, and no message is lost or duplicated", async () => {
  const first = await sink({
    certificate: good,
    login: { username: "mailer", password: "right" },
  });
  const routeId = await newRoute("Vanishing", relay(first.port, { maxPerSecond: 60 }));
  const id = await sendToNewPeople(seeded.api, seeded.workspace, {
    routeId,
    people: 200,
    name: "vanish",
  });
  await report(id, ({ counts }) => counts.sent >= 30);
  // The route now points at a port where nothing listens.
  await changeRoute(routeId, { port: await freePort() });
  const stuck = await untilBottleneck(seeded, id, /Vanishing.*refused/);

  const second = await sink({
    certificate: good,
    login: { username: "mailer", password: "right" },
  });
  await changeRoute(routeId, { port: second.port, maxPerSecond: null });
  const end = await report(id, ({ counts }) => counts.pending + counts.leased === 0);

  expect(stuck).toContain("Sending is paused for the sending method “Vanishing”");
  // Messages that could not connect have a time for their next attempt; all others arrived.
  expect(end.counts.sent + end.counts.deferred).toBe(200);
  expect(end.counts.deferred).toBeLessThan(20);
  const arrived = receivers([first, second]);
  expect(arrived).toHaveLength(end.counts.sent);
  expect(new Set(arrived).size).toBe(arrived.length);
}, 60_000);

test("a password that becomes invalid pauses the campaign with the server's reply; after correction and resume every recipient gets it once", async () => {
  const login = { username: "mailer", password: "right" };
  let taken = 0;
  const server = await sink({
    certificate: good,
    login,
    refuseMessage: () => {
      taken += 1;
      if (taken === 60) {
        login.password = "changed";
      }
      return undefined;
    },
  });
  const routeId = await newRoute("Office", relay(server.port, { maxPerConnection: 5 }));
  const id = await sendToNewPeople(seeded.api, seeded.workspace, {
    routeId,
    people: 300,
    name: "office",
  });
  const paused = await report(id, ({ campaign }) => campaign.status === "paused");
  const arrivedBefore = server.messages.length;

  await changeRoute(routeId, { password: "changed" });
  await resume(id);
  const end = await report(id, ({ campaign }) => campaign.status === "completed");

  expect(paused.campaign.statusReason).toBe(
    "The sending method “Office” does not work: 535 5.7.8 Username and Password not accepted",
  );
  expect(paused.counts.sent).toBe(arrivedBefore);
  expect(paused.counts.pending + paused.counts.deferred).toBe(300 - arrivedBefore);
  expect(end.counts).toMatchObject({ sent: 300, failed: 0, bounced: 0, skipped: 0 });
  expect(server.messages).toHaveLength(300);
  expect(new Set(receivers([server])).size).toBe(300);
}, 60_000);

test("an expired certificate is retried and named; once it is replaced, the campaign continues", async () => {
  const stale = await sink({ certificate: expired });
  const fresh = await sink({ certificate: good });
  const settings = relay(stale.port, { username: "", password: "" });
  const routeId = await newRoute("Stale", settings);
  const id = await sendToNewPeople(seeded.api, seeded.workspace, {
    routeId,
    people: 60,
    name: "stale",
  });
  const stuck = await untilBottleneck(seeded, id, /Stale.*expired/);
  const waiting = await report(id, ({ campaign }) => campaign.status === "sending");

  await changeRoute(routeId, { port: fresh.port });
  const end = await report(id, ({ counts }) => counts.pending + counts.leased === 0);

  expect(stuck).toMatch(/^Sending is paused for the sending method “Stale” until .*has expired/);
  expect(waiting.counts).toMatchObject({ sent: 0, failed: 0, bounced: 0 });
  expect(stale.messages).toEqual([]);
  // Messages that could not connect have a time for their next attempt; all others arrived.
  expect(end.counts.sent + end.counts.deferred).toBe(60);
  expect(end.counts.deferred).toBeLessThan(10);
  expect(new Set(receivers([fresh])).size).toBe(end.counts.sent);
}, 60_000);
