// The return of a message, through the whole product: it is sent with its own return path, and what comes back to the
// listener or a webhook appears in the report, on the recipient's page and in the suppressions.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { complaint } from "../../fixtures/inbound-complaints.ts";
import { bounces } from "../../fixtures/inbound-mail.ts";
import { startDns, type TestDns } from "../../support/dns-server.ts";
import { openDialogue } from "../../support/smtp-dialogue.ts";
import { type SmtpSink, type SunkMessage, startSmtpSink } from "../../support/smtp-sink.ts";
import { startWholeServer, type WholeServer } from "../../support/whole-server.ts";

const DOMAIN = "news.example.com";
const PEOPLE = 5;

let dns: TestDns;
let whole: WholeServer;
let relay: SmtpSink;
let routeId = 0;
let campaignId = 0;

beforeAll(async () => {
  dns = await startDns({});
  relay = await startSmtpSink();
  whole = await startWholeServer(PEOPLE, [dns.server]);
  await proveDomain();
  const sender = await whole.ask<{ id: number }>("POST", "/senders", {
    name: "Acme",
    email: `hello@${DOMAIN}`,
  });
  const route = await whole.ask<{ id: number }>("POST", "/routes", {
    ...{ name: "Postmark", kind: "relay", preset: "postmark" },
    ...{ host: "127.0.0.1", port: relay.port, security: "none" },
  });
  routeId = route.id;
  const campaign = await whole.ask<{ id: number }>("POST", "/campaigns", {
    ...{ name: "May", subject: "Hello", senderId: sender.id, routeId },
    bodySource: "<p>Hi {{ contact.first_name }}</p>",
    audience: { everyone: true, includeLists: [], excludeLists: [] },
  });
  campaignId = campaign.id;
  await whole.ask("POST", `/campaigns/${campaignId}/launch`);
  await until("everybody has it", () => relay.messages.length === PEOPLE);
}, 60_000);

afterAll(async () => {
  await whole?.close();
  await relay?.close();
  await dns?.close();
});

/** Adds the domain, publishes its records in the DNS and has them checked. */
async function proveDomain(): Promise<void> {
  type Wanted = { purpose: string; type: string; host: string; value: string; status: string };
  type Domain = { id: number; verifiedAt: number | null; records: Wanted[] };
  const { id, records } = await whole.ask<Domain>("POST", "/domains", { name: DOMAIN });
  for (const { purpose, type, host, value } of records) {
    const name = { ...dns.zone[host], ttl: 0 };
    if (purpose !== "tracking" && (type === "TXT" || type === "MX")) {
      dns.zone[host] = { ...name, [type]: [value] };
    }
  }
  const checked = await whole.ask<Domain>("POST", `/domains/${id}/check`);
  expect(checked.verifiedAt).not.toBeNull();
  const returnPath = checked.records.filter(({ purpose }) => purpose.startsWith("return_path"));
  expect(returnPath.map(({ status }) => status)).not.toContain("missing");
}

async function until(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await isThere()); ) {
    if (Date.now() > end) {
      throw new Error(`${what}: did not happen`);
    }
    await Bun.sleep(50);
  }
}

function messageTo(person: number): SunkMessage {
  const found = relay.messages.find(({ to }) => to.includes(`person${person}@example.org`));
  if (found === undefined) {
    throw new Error(`person${person} got nothing`);
  }
  return found;
}

const headerOf = ({ raw }: SunkMessage, name: string) =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, "im").exec(raw)?.[1]?.replace(/\r\n[ \t]/g, " ") ??
  "";

/** Mail from outside over SMTP, with an empty sender unless given. */
async function deliver(to: string, raw: string, from = ""): Promise<void> {
  const client = await openDialogue(whole.smtpInPort);
  await client.say("EHLO mx.reader.example");
  await client.say(`MAIL FROM:<${from}>`);
  expect(await client.say(`RCPT TO:<${to}>`)).toStartWith("250");
  await client.say("DATA");
  client.write(raw);
  expect(await client.say("\r\n.")).toStartWith("250");
  client.end();
}

type Report = { counts: Record<string, number>; engagement: Record<string, number> };
type Story = {
  recipient: { state: string; reason: string };
  suppression: { reason: string; source: string } | null;
  reports: { via: string; action: string; code: number; enhanced: string; reply: string }[];
  events: { kind: string; rule: string }[];
};
type Row = { address: string; reason: string; source: string; detail?: string };

const report = () => whole.ask<Report>("GET", `/campaigns/${campaignId}/report`);
const suppressions = async () => (await whole.ask<{ items: Row[] }>("GET", "/suppressions")).items;

/** The "why" answer for a recipient, and their page. */
async function storyOf(person: number): Promise<Story> {
  const email = encodeURIComponent(`person${person}@example.org`);
  const why = await whole.ask<{ answer: string; seq: number }>(
    "GET",
    `/campaigns/${campaignId}/why?email=${email}`,
  );
  expect(why.answer).toBe("recipient");
  return await whole.ask<Story>("GET", `/campaigns/${campaignId}/recipients/${why.seq}`);
}

async function untilSuppressed(person: number): Promise<Row> {
  const isOf = ({ address }: Row) => address === `person${person}@example.org`;
  await until(`person${person} is suppressed`, async () => (await suppressions()).some(isOf));
  const row = (await suppressions()).find(isOf);
  if (row === undefined) {
    throw new Error("it went away again");
  }
  return row;
}

test("every message is sent with its own return path at the domain's bounce host", () => {
  const paths = relay.messages.map(({ from }) => from);

  expect(new Set(paths).size).toBe(PEOPLE);
  for (const path of paths) {
    expect(path).toMatch(new RegExp(`^b-[a-z0-9]+@bounce\\.${DOMAIN.replaceAll(".", "\\.")}$`));
  }
});

test("a received bounce marks the message bounced and suppresses its address, with the server's words", async () => {
  const raw = (bounces[0]?.raw ?? "").replaceAll("r1@reader.example", "person1@example.org");
  await deliver(messageTo(1).from, raw);

  expect(await untilSuppressed(1)).toMatchObject({ reason: "hard_bounce" });
  const story = await storyOf(1);
  expect(story.recipient).toMatchObject({ state: "bounced" });
  expect(story.suppression).toMatchObject({ reason: "hard_bounce" });
  expect(story.reports).toMatchObject([
    { via: "dsn", action: "failed", code: 550, enhanced: "5.1.1" },
  ]);
  expect(story.reports[0]?.reply).toContain("does not exist");
  expect((await report()).counts).toMatchObject({ total: PEOPLE, sent: PEOPLE - 1, bounced: 1 });
}, 30_000);

test("a complaint with the return path suppresses the complaining recipient", async () => {
  const { from } = messageTo(2);
  await deliver(`fbl@bounce.${DOMAIN}`, complaint({ from }), "feedback@provider.example");

  expect(await untilSuppressed(2)).toMatchObject({ reason: "complaint" });
  const story = await storyOf(2);
  expect(story.recipient).toMatchObject({ state: "sent" });
  expect(story.reports).toMatchObject([{ via: "arf", action: "complaint" }]);
  expect(story.events.map(({ kind }) => kind)).toContain("complaint");
}, 30_000);

test("a message to the unsubscribe address unsubscribes the person", async () => {
  const address = /<mailto:([^?>]+)/.exec(headerOf(messageTo(3), "List-Unsubscribe"))?.[1] ?? "";
  await deliver(
    address,
    "From: person3@example.org\r\nSubject: unsubscribe\r\n\r\n",
    "person3@example.org",
  );

  expect(await untilSuppressed(3)).toMatchObject({ reason: "unsubscribed" });
  expect((await storyOf(3)).events).toMatchObject([
    { kind: "unsubscribe", rule: "unsubscribe_mailto" },
  ]);
}, 30_000);

test("a provider's webhook is believed only with its password, and its events name their source", async () => {
  const { url } = await whole.ask<{ url: string }>("GET", `/routes/${routeId}/webhook`);
  const { username, password, pathname } = new URL(url);
  const tell = (body: Record<string, unknown>, secret = password) =>
    fetch(whole.server.url + pathname, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${username}:${secret}`)}` },
      body: JSON.stringify(body),
    });
  const metadata = (person: number) => ({
    swiftmail: headerOf(messageTo(person), "X-PM-Metadata-swiftmail"),
  });
  const bounced = {
    ...{ RecordType: "Bounce", ID: 4, Type: "HardBounce", Email: "person4@example.org" },
    ...{ Details: "smtp;550 5.1.1 no such mailbox", Metadata: metadata(4) },
  };
  const left = {
    ...{ RecordType: "SubscriptionChange", Recipient: "person5@example.org" },
    ...{ SuppressSending: true, SuppressionReason: "ManualSuppression", Metadata: metadata(5) },
  };

  expect((await tell(bounced, "guessed")).status).toBe(401);
  expect((await tell(bounced)).status).toBe(200);
  expect((await tell(left)).status).toBe(200);

  expect(await untilSuppressed(4)).toMatchObject({ reason: "hard_bounce" });
  const story = await storyOf(4);
  expect(story.recipient.state).toBe("bounced");
  expect(story.reports).toMatchObject([{ via: "webhook", code: 550, enhanced: "5.1.1" }]);
  expect(await untilSuppressed(5)).toMatchObject({ reason: "unsubscribed" });
  expect((await storyOf(5)).events).toMatchObject([{ rule: "unsubscribe_webhook" }]);
  expect(await report()).toMatchObject({
    counts: { total: PEOPLE, sent: PEOPLE - 2, bounced: 2 },
    engagement: { unsubscribes: 2 },
  });
}, 30_000);
