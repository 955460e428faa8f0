import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Desk } from "../../../server/inbound/desk.ts";
import { inboxPassword } from "../../../server/inbound/inbox-password.ts";
import { type Listener, startListener } from "../../../server/inbound/listener.ts";
import { type Mailbox, openMailbox } from "../../../server/inbound/mailbox.ts";
import { type Databases, openDatabases } from "../../../server/platform/db/databases.ts";
import { newId } from "../../../server/platform/ids.ts";
import { type KeyRing, loadKeyRing } from "../../../server/platform/secrets.ts";
import { openDialogue, plainCredentials, type SmtpDialogue } from "../../support/smtp-dialogue.ts";

const own = newId();
const other = newId();
let dataDir: string;
let databases: Databases;
let keyRing: KeyRing;
let mailbox: Mailbox;
let listener: Listener;
let client: SmtpDialogue;

type Row = {
  envelope_from: string;
  envelope_to: string;
  subject: string;
  message_id: string;
  raw: Uint8Array;
};

const nobodysDesk: Desk = {
  refusal: () => "5.7.1 Relaying denied",
  take: () => Promise.reject(new Error("nothing was to be taken")),
};

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "swiftmail-inbound-"));
  databases = openDatabases(dataDir);
  keyRing = loadKeyRing(dataDir);
  mailbox = openMailbox(databases, Date.now);
  listener = await startListener({
    port: 0,
    host: "127.0.0.1",
    keyRing,
    mailbox,
    hasInbox: (id) => id === own || id === other,
    desk: nobodysDesk,
    maxBytes: 100_000,
  });
  client = await openDialogue(listener.port);
});

afterEach(async () => {
  client.end();
  await listener.close();
  databases.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const stored = (workspaceId: string): Row[] =>
  databases.inbox(workspaceId).prepare<[], Row>("SELECT * FROM test_message ORDER BY id").all();
const signIn = (id: string, password: string) =>
  client.say(`AUTH PLAIN ${plainCredentials(id, password)}`);

async function ready(): Promise<void> {
  await client.say("EHLO client.test");
  expect(await signIn(own, inboxPassword(keyRing, own))).toStartWith("235");
}

async function sendRaw(raw: string | Uint8Array, to = "ann@example.test"): Promise<string> {
  await client.say("MAIL FROM:<news@acme.test>");
  await client.say(`RCPT TO:<${to}>`);
  expect(await client.say("DATA")).toStartWith("354");
  client.write(raw);
  return client.say("\r\n.");
}

test("offers PIPELINING, 8BITMIME, SMTPUTF8 and SIZE, and no TLS with a built-in key", async () => {
  const reply = await client.say("EHLO client.test");

  expect(reply).toContain("PIPELINING");
  expect(reply).toContain("8BITMIME");
  expect(reply).toContain("SMTPUTF8");
  expect(reply).toContain("SIZE 100000");
  expect(reply).toContain("AUTH PLAIN LOGIN");
  expect(reply).not.toContain("STARTTLS");
});

test("an authenticated workspace's message is stored completely, with its envelope, subject and Message-ID", async () => {
  await ready();

  const reply = await sendRaw(
    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n aus Berlin\r\nMessage-ID: <1@acme.test>\r\n\r\n..dot\r\nline",
  );

  expect(reply).toStartWith("250");
  expect(stored(own)).toHaveLength(1);
  expect(stored(own)[0]).toMatchObject({
    envelope_from: "news@acme.test",
    envelope_to: "ann@example.test",
    subject: "Grüße aus Berlin",
    message_id: "<1@acme.test>",
  });
  expect(gunzipSync(stored(own)[0]?.raw ?? "").toString()).toEndWith("\r\n\r\n.dot\r\nline\r\n");
  expect(stored(other)).toHaveLength(0);
});

test("accepts a pipelined transaction, RFC 2920, with an 8-bit body and a UTF-8 recipient", async () => {
  await ready();

  client.write(
    "MAIL FROM:<a@acme.test> BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<jörg@müller.test>\r\nDATA\r\n",
  );
  const replies = [await client.reply(), await client.reply(), await client.reply()];
  client.write("Subject: Grüße\r\n\r\nÄpfel\r\n.\r\nMAIL FROM:<b@acme.test>\r\nRSET\r\n");
  replies.push(await client.reply(), await client.reply(), await client.reply());

  expect(replies.map((reply) => reply.slice(0, 3))).toEqual([
    "250",
    "250",
    "354",
    "250",
    "250",
    "250",
  ]);
  expect(stored(own)[0]).toMatchObject({ envelope_to: "jörg@müller.test", subject: "Grüße" });
  expect(gunzipSync(stored(own)[0]?.raw ?? "").toString("utf8")).toContain("Äpfel");
});

test.each([
  "victim@example.com",
  "postmaster@example.com",
  "abuse@acme.test",
  "victim%example.com@acme.test",
  "@relay.example:victim@example.com",
])("relays nothing for an unauthenticated client: <%s>", async (recipient) => {
  await client.say("EHLO client.test");
  await client.say("MAIL FROM:<spammer@example.com>");

  const reply = await client.say(`RCPT TO:<${recipient}>`);

  expect(reply.slice(0, 3)).toBeOneOf(["550", "501", "553"]);
  expect(await client.say("DATA")).toStartWith("503");
});

test("refuses a wrong password, another workspace's password, an unknown workspace and an empty user", async () => {
  const stranger = newId();
  await client.say("EHLO client.test");

  expect(await signIn(own, "wrong")).toStartWith("535");
  expect(await signIn(own, inboxPassword(keyRing, other))).toStartWith("535");
  expect(await signIn(stranger, inboxPassword(keyRing, stranger))).toStartWith("535");
  expect(await signIn("", inboxPassword(keyRing, ""))).toStartWith("535");
  expect(await signIn("../../etc/passwd", inboxPassword(keyRing, "../../etc/passwd"))).toStartWith(
    "535",
  );
  await client.say("MAIL FROM:<a@acme.test>");
  expect(await client.say("RCPT TO:<ann@example.test>")).toStartWith("550");
});

test("a password made with an older master key still works after rotation", async () => {
  const old = inboxPassword(keyRing, own);
  const rotated: KeyRing = {
    current: "k2",
    keys: new Map([...keyRing.keys, ["k2", Buffer.alloc(32, 7)]]),
  };
  const second = await startListener({
    port: 0,
    host: "127.0.0.1",
    keyRing: rotated,
    mailbox,
    hasInbox: () => true,
    desk: nobodysDesk,
  });
  client.end();
  client = await openDialogue(second.port);
  await client.say("EHLO client.test");

  const reply = await signIn(own, old);
  client.end();
  await second.close();

  expect(inboxPassword(rotated, own)).not.toBe(old);
  expect(reply).toStartWith("235");
});

test("refuses a message over the limit, announced or not, and keeps the connection usable", async () => {
  await ready();

  expect(await client.say("MAIL FROM:<a@acme.test> SIZE=200000")).toStartWith("552");
  expect(await sendRaw(`Subject: big\r\n\r\n${"x".repeat(76)}\r\n`.repeat(2_000))).toStartWith(
    "552",
  );
  expect(await sendRaw("Subject: small\r\n\r\nok")).toStartWith("250");
  expect(stored(own).map((row) => row.subject)).toEqual(["small"]);
});

test.each([
  ["no header at all", "hello", ""],
  ["a header block that never ends", `X-A: ${"a".repeat(70_000)}`, ""],
  [
    "a subject behind 80 kB of other headers",
    `${`X-Pad: ${"p".repeat(70)}\r\n`.repeat(1_000)}Subject: late\r\n\r\nbody`,
    "",
  ],
  [
    "NUL, escape codes and broken UTF-8",
    Buffer.from("Subject: a\0b\x1b[2J\xff\r\n\r\n", "latin1"),
    "a\0b\x1b[2J\ufffd",
  ],
  ["an encoded word that is not closed", "Subject: =?utf-8?B?!!!!\r\n\r\n", "=?utf-8?B?!!!!"],
  ["a subject of 60 kB", `Subject: ${"s".repeat(60_000)}\r\n\r\n`, "s".repeat(500)],
])("stores hostile mail without harm: %s", async (_name, raw, subject) => {
  await ready();

  const reply = await sendRaw(raw);

  expect(reply).toStartWith("250");
  expect(stored(own).map((row) => row.subject)).toEqual([subject]);
});

test("a smuggled command after a bare LF dot is body, not a second message", async () => {
  await ready();

  await sendRaw(
    "Subject: one\r\n\r\nbody\n.\nMAIL FROM:<evil@acme.test>\nRCPT TO:<x@y.test>\nDATA\n",
  );

  expect(stored(own)).toHaveLength(1);
  expect(gunzipSync(stored(own)[0]?.raw ?? "").toString()).toContain("evil@acme.test");
});

test("keeps the newest messages within the limits of number and bytes", async () => {
  const small = openMailbox(databases, Date.now, { messages: 5, bytes: 100_000 });
  const letter = (subject: string) => ({
    envelopeFrom: "a@acme.test",
    envelopeTo: "b@acme.test",
    raw: Buffer.from(`Subject: ${subject}\r\n\r\n`),
  });

  for (let number = 1; number <= 4; number++) {
    await Promise.all([
      small.deliver(own, letter(`${number}a`)),
      small.deliver(own, letter(`${number}b`)),
    ]);
  }
  expect(stored(own).map((row) => row.subject)).toEqual(["2b", "3a", "3b", "4a", "4b"]);

  await small.deliver(own, {
    ...letter("huge"),
    raw: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))),
  });
  await small.deliver(own, {
    ...letter("huge"),
    raw: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))),
  });
  expect(stored(own)).toHaveLength(1);
});

test("clearing empties one workspace's inbox and returns the number of messages", async () => {
  await ready();
  await sendRaw("Subject: one\r\n\r\n");
  await sendRaw("Subject: two\r\n\r\n");
  await mailbox.deliver(other, { envelopeFrom: "", envelopeTo: "x@y.test", raw: Buffer.from("") });

  expect(mailbox.clear(own)).toBe(2);
  expect(stored(own)).toHaveLength(0);
  expect(stored(other)).toHaveLength(1);
});

test("answers 452 when the inbox cannot be written, and stores nothing partially", async () => {
  await ready();
  databases
    .inbox(own)
    .exec(
      "CREATE TRIGGER full BEFORE INSERT ON test_message BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );

  expect(await sendRaw("Subject: one\r\n\r\n")).toStartWith("452");
  databases.inbox(own).exec("DROP TRIGGER full");
  expect(await sendRaw("Subject: two\r\n\r\n")).toStartWith("250");
  expect(stored(own).map((row) => row.subject)).toEqual(["two"]);
});
