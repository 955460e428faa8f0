// After an erasure and a clean stop, no byte of the data folder identifies people who signed up through a public form,
// whose address a relay refused, whom a bounce was about, or who replied: all over real HTTP and SMTP.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readInboundSettings, storeInboundSettings } from "../../server/inbound/index.ts";
import { findings, writings } from "../support/byte-search.ts";
import { openDialogue } from "../support/smtp-dialogue.ts";
import { refusal, type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { startWholeServer, type WholeServer } from "../support/whole-server.ts";

setDefaultTimeout(240_000);

const SIGNED_UP = "waldtraud.signup@persona.example";
const REFUSED = "kunigunde.refused@persona.example";
const NEVER_CONFIRMED = "roswitha.never@persona.example";
const ADDRESSES = [SIGNED_UP, REFUSED, NEVER_CONFIRMED];
const FIRST = "Wäldtraud";
const LAST = "Quastenflößer";
const AGENT = "Quagga/3.2 (a browser of her own)";
const SECRETS = [
  ...ADDRESSES,
  "persona.example",
  "waldtraud",
  "kunigunde",
  FIRST,
  LAST,
  "quagga/3.2",
];
const BOUNCES = "bounce.acme.test";

type Id = { id: number };

let whole: WholeServer;
let relay: SmtpSink;
let campaignId = 0;

const count = (sql: string) =>
  whole.database(({ workspace }) =>
    Number(workspace(whole.workspaceId).prepare(sql).pluck().get()),
  );

const post = (path: string, form: Record<string, string>) =>
  fetch(`${whole.server.url}${path}`, {
    method: "POST",
    headers: { "user-agent": AGENT, "x-forwarded-for": "203.0.113.99" },
    body: new URLSearchParams(form),
  });

/** The product's own link in the newest message to somebody. */
async function linkFor(address: string, pattern: RegExp): Promise<string> {
  const message = await whole.waitFor(
    `mail to ${address}`,
    () => relay.messages.findLast(({ to }) => to.includes(address)),
    (found) => found !== undefined,
  );
  const text = (message?.raw ?? "")
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return pattern.exec(text)?.[1] ?? "";
}

async function signUp(form: { url: string }): Promise<void> {
  const path = new URL(form.url).pathname;
  for (const email of [SIGNED_UP, NEVER_CONFIRMED]) {
    const answer = await post(path, { email, first_name: FIRST, last_name: LAST, _v: "1" });
    expect(answer.status).toBe(200);
  }
  const link = await linkFor(SIGNED_UP, /https:\/\/mail\.example\.net(\/f\/[^\s"<]+)/);
  expect((await post(link, {})).status).toBe(200);
  await whole.waitFor(
    "the contact",
    () => count(`SELECT count(*) FROM contact WHERE address = '${SIGNED_UP}'`),
    (n) => n === 1,
  );
  await linkFor(NEVER_CONFIRMED, /(.)/);
}

async function sendCampaign(routeId: number, senderId: number): Promise<void> {
  const campaign = await whole.ask<Id>("POST", "/campaigns", {
    ...{ name: "May", subject: "Dear {{ contact.first_name }}", senderId, routeId },
    bodySource: '<p>{{ contact.email }}</p><a href="https://shop.example/">Shop</a>',
    audience: { everyone: true, includeLists: [], excludeLists: [] },
  });
  campaignId = campaign.id;
  await whole.ask("POST", `/campaigns/${campaignId}/launch`);
  await whole.waitFor(
    "the campaign",
    () => whole.ask<{ status: string }>("GET", `/campaigns/${campaignId}`),
    ({ status }) => status === "completed",
  );
}

/** Delivers mail to the product's listener, as another server does. */
async function bring(from: string, to: string, lines: string[]): Promise<void> {
  const client = await openDialogue(whole.smtpInPort);
  await client.say("EHLO mx.persona.example");
  expect(await client.say(`MAIL FROM:<${from}>`)).toStartWith("250");
  expect(await client.say(`RCPT TO:<${to}>`)).toStartWith("250");
  await client.say("DATA");
  expect(await client.say([...lines, "."].join("\r\n"))).toStartWith("250");
  client.end();
}

/** The return path that the campaign's message to somebody had. */
const returnPathOf = (address: string) =>
  relay.messages.findLast(({ to, from }) => to.includes(address) && from.endsWith(`@${BOUNCES}`))
    ?.from ?? "";

async function hearBack(): Promise<void> {
  const to = returnPathOf(SIGNED_UP);
  const encoded = Buffer.from(`${FIRST} ${LAST} hat <${SIGNED_UP}> nicht mehr`).toString("base64");
  await bring("", to, [
    `From: MAILER-DAEMON@mx.persona.example`,
    "Subject: Undelivered",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    "",
    encoded,
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.persona.example",
    "",
    `Final-Recipient: rfc822; ${SIGNED_UP}`,
    "Action: failed",
    "Status: 5.1.1",
    `Diagnostic-Code: smtp; 550 5.1.1 <${SIGNED_UP}> user unknown`,
    "",
    "--b--",
  ]);
  await bring(SIGNED_UP, to, [
    `From: =?utf-8?Q?W=C3=A4ldtraud?= <${SIGNED_UP}>`,
    "Subject: Wer sind Sie?",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Gr=C3=BC=C3=9Fe von W=C3=A4ldtraud Quastenfl=C3=B6=C3=9Fer",
  ]);
  await whole.waitFor(
    "the bounces being applied",
    () => count("SELECT count(*) FROM suppression WHERE reason = 'hard_bounce'"),
    (n) => n === 2,
  );
}

beforeAll(async () => {
  relay = await startSmtpSink({
    refuseRecipient: (address) =>
      address === REFUSED ? refusal(550, `5.1.1 <${REFUSED}>: no such user here`) : undefined,
  });
  whole = await startWholeServer(10);
  whole.database(({ system }) => {
    const settings = { ...readInboundSettings(system), bounceDomain: BOUNCES };
    storeInboundSettings(system, settings, Date.now());
  });
  await whole.ask("POST", "/domains", { name: "acme.test" });
  const sender = await whole.ask<Id>("POST", "/senders", { name: "Acme", email: "news@acme.test" });
  const route = await whole.ask<Id>("POST", "/routes", {
    ...{ name: "Relay", kind: "relay", host: "127.0.0.1", port: relay.port, security: "none" },
  });
  const list = await whole.ask<Id>("POST", "/lists", { name: "News", isPublic: true });
  const form = await whole.ask<Id & { url: string }>("POST", "/forms", {
    name: "Footer",
    settings: {
      listIds: [list.id],
      fields: [
        { key: "first_name", required: true },
        { key: "last_name", required: false },
      ],
      consentText: "Send me news.",
    },
  });
  await signUp(form);
  await whole.ask("POST", "/contacts", { email: REFUSED, firstName: "Kunigunde" });
  await sendCampaign(route.id, sender.id);
  await hearBack();
});
afterAll(async () => {
  await relay.close();
  rmSync(whole.dataDir, { recursive: true, force: true });
});

async function erase(address: string): Promise<void> {
  const request = await whole.ask<Id>("POST", "/privacy/requests", { kind: "erase", address });
  const { state } = await whole.waitFor(
    `the erasure of ${address}`,
    () => whole.ask<{ state: string }>("GET", `/privacy/requests/${request.id}`),
    (one) => one.state === "done" || one.state === "failed",
  );
  expect(state).toBe("done");
}

/** Content that is stored compressed, decompressed. */
const storedMail = () =>
  whole.database(({ inbox }) =>
    inbox(whole.workspaceId)
      .prepare<[], { raw: Buffer }>("SELECT raw FROM received_mail")
      .all()
      .map(({ raw }) => gunzipSync(raw).toString("latin1"))
      .join("\n"),
  );

test("a person who used a form, bounced over SMTP and replied is in no byte after the erasure", async () => {
  const before = findings(whole.dataDir, SECRETS);
  const where = (file: RegExp) => before.filter((line) => file.test(line)).length;
  // Each place that contained data about the person: the workspace, the inbox, the relay's replies, and received mail.
  for (const file of [/\/t_/, /inbox_/, /journal\/delivery/, /journal\/web/]) {
    expect(`${file}: ${where(file) > 0}`).toBe(`${file}: true`);
  }
  expect(storedMail()).toContain(SIGNED_UP);

  for (const address of ADDRESSES) {
    await erase(address);
  }
  await whole.server.stop();

  expect(findings(whole.dataDir, SECRETS)).toEqual([]);
  const mail = storedMail();
  for (const secret of SECRETS) {
    for (const [how, needle] of writings(secret)) {
      expect(`${how}: ${mail.includes(needle.toString("latin1"))}`).toBe(`${how}: false`);
    }
  }
  expect(count("SELECT count(*) FROM contact")).toBe(10);
  expect(count("SELECT count(*) FROM message")).toBe(12);
  expect(count("SELECT count(*) FROM erased_address")).toBe(ADDRESSES.length);
});
