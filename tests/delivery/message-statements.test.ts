// What large providers require of bulk mail in 2026, statement by statement: the message. A real campaign with
// difficult recipient data goes through the whole engine; the tests inspect the octets on the wire.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { compileCampaign } from "../../server/delivery/render/compile.ts";
import { checkHtml } from "../../server/delivery/render/content-checks.ts";
import { lintTemplate } from "../../server/delivery/render/lint.ts";
import { renderMessage } from "../../server/delivery/render/message.ts";
import { openSession } from "../../server/delivery/smtp/session.ts";
import { readAddressToken, readTrackingToken } from "../../server/delivery/tokens.ts";
import type { CampaignContent } from "../../server/delivery/types.ts";
import { campaignContent, recipient, testTokenKeys } from "../support/campaign-content.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, portsWith, startTestDelivery, until } from "../support/delivery-engine.ts";
import { dkimpyVerdicts, mailauthVerdict } from "../support/dkim-verifiers.ts";
import { assertBulkMessage, fieldsOf } from "../support/message-checks.ts";
import { loopbackRoute, renderedMessage } from "../support/smtp-messages.ts";
import {
  startWireRecorder,
  type WireMessage,
  type WireRecorder,
} from "../support/wire-recorder.ts";

setDefaultTimeout(60_000);

const DOMAIN = "acme.example";
const names = [
  "Ann",
  "Zoë Ødegård 🎉",
  "Eve\r\nBcc: victim@example.org",
  "محمد",
  "x".repeat(300),
  ".\r\n.",
  "a=3D=\t b",
  "",
];
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const record = `v=DKIM1; k=rsa; p=${pair.publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;

let data: DeliveryData;
let recorder: WireRecorder;
let messages: WireMessage[];
let startedAt: number;

beforeAll(async () => {
  recorder = startWireRecorder();
  data = newDeliveryData();
  const workspace = data.newWorkspace();
  data.addContacts(workspace, names.length, [
    "gmail.com",
    "xn--mnchen-3ya.example",
    "corp.example",
  ]);
  const rename = data.db(workspace).prepare("UPDATE contact SET first_name = ? WHERE id = ?");
  names.forEach((name, i) => {
    rename.run(name, i + 1);
  });
  const id = data.addCampaign(workspace, {
    port: recorder.port,
    content: {
      subject: "Für {{ contact.first_name }}: 20 % 📚 und noch einiges mehr, damit es lang wird",
      html: `<html><body><p>Hello {{ contact.first_name }}</p><p>.</p><pre>\n.\n..two\n</pre><a href="https://shop.example/a?n={{ contact.first_name | url_component }}">Shop</a><img src="https://shop.example/x.png" alt="A book">${"<p>Long enough to be cut into many lines.</p>".repeat(200)}</body></html>`,
      replyTo: "help@acme.example",
    },
  });
  const delivery = await startTestDelivery(data, {
    ...portsWith(data, (route) => ({ ...route, signDkim: true })),
    loadDkimKey: () => ({
      domain: DOMAIN,
      selector: "s1",
      privateKeyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    }),
  });
  startedAt = Date.now();
  await delivery.prepareCampaign(workspace, id);
  await until(() => exactCounts(data, workspace, id).sent === names.length, "the campaign");
  await delivery.stop();
  messages = recorder.messages();
});
afterAll(() => {
  recorder?.close();
  data?.close();
});

const textOf = ({ octets }: WireMessage) => octets.toString("latin1");
const headOf = (message: WireMessage) => {
  const text = textOf(message);
  return text.slice(0, text.indexOf("\r\n\r\n"));
};
const values = (message: WireMessage, name: string) =>
  fieldsOf(headOf(message))
    .filter((field) => field.name === name)
    .map((field) => field.value);

/** The octets as a receiver sees them, with dots unstuffed. */
const received = (message: WireMessage) =>
  Buffer.from(textOf(message).replace(/^\.\./gm, "."), "latin1");

test("1: one each of From, To, Subject, Date, Message-ID, MIME-Version; To is the envelope recipient; no Bcc", async () => {
  expect(messages).toHaveLength(names.length);
  for (const message of messages) {
    await assertBulkMessage(message.octets, {
      envelopeTo: message.rcpt,
      domain: DOMAIN,
      sentAt: startedAt,
      signed: true,
    });
  }
  expect(new Set(messages.map((message) => values(message, "message-id")[0])).size).toBe(
    names.length,
  );
});

test("2: CRLF only, at most 998 octets a line and 78 in headers, no NUL, seven bits, dots stuffed", () => {
  for (const message of messages) {
    const text = textOf(message);
    expect(text).not.toMatch(/[^\r]\n|\r[^\n]|\0/);
    expect(text).toEndWith("\r\n");
    const lines = text.split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(lines.filter((line) => /^\.(?!\.)/.test(line))).toEqual([]);
    const withoutTokens = headOf(message)
      .split("\r\n")
      .filter((line) => !/^(List-Unsubscribe| <mailto:|Message-ID)/.test(line));
    expect(Math.max(...withoutTokens.map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(text).toMatch(/^[\t\r\n\x20-\x7e]*$/);
  }
});

test("3: no value can add a header field, and non-ASCII values are encoded and folded correctly", async () => {
  const content = campaignContent({
    subject: "{{ contact.first_name }} {{ contact.nick }}",
    html: "<html><body>{{ contact.first_name }}</body></html>",
  });
  const compiled = await compileCampaign(content, { campaignId: 1, keys: testTokenKeys });
  const known = fieldsOf(headOf({ mail: "", rcpt: "", octets: Buffer.from(renderFor("Ann", "")) }));
  function renderFor(name: string, nick: string): Uint8Array {
    const to = recipient();
    to.contact.first_name = name;
    to.contact.fields["nick"] = nick;
    return renderMessage(compiled, to, { date: 0 }).bytes;
  }
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string().map((text) => `${text}\r\nX-Evil: 1\r\n\r\n<script>`),
    fc.constantFrom(
      "\u2028Bcc: a@b.c",
      "\u0085X: y",
      "\rX: y",
      "\nX: y",
      "\0",
      "👨‍👩‍👧‍👦".repeat(30),
    ),
  );

  fc.assert(
    fc.property(hostile, hostile, (name, nick) => {
      const octets = Buffer.from(renderFor(name, nick));
      const fields = fieldsOf(headOf({ mail: "", rcpt: "", octets }));
      expect(fields.map((field) => field.name)).toEqual(known.map((field) => field.name));
      for (const line of headOf({ mail: "", rcpt: "", octets }).split("\r\n")) {
        for (const [word] of line.matchAll(/=\?UTF-8\?B\?[^?]*\?=/g)) {
          expect(word.length).toBeLessThanOrEqual(75);
          const bytes = Buffer.from(word.slice(10, -2), "base64");
          expect(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toBeString();
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("4: text/plain before text/html in multipart/alternative, UTF-8, quoted-printable, a boundary of its own", async () => {
  for (const message of messages) {
    const text = textOf(message);
    const boundary = /boundary="?([^"\r\n;]+)/.exec(headOf(message))?.[1] ?? "";
    expect(boundary).not.toBe("");
    expect(text.split(`--${boundary}`)).toHaveLength(4);
    const types = [...text.matchAll(/\r\nContent-Type: (text\/[a-z]+); charset=utf-8\r\n/g)];
    expect(types.map((match) => match[1])).toEqual(["text/plain", "text/html"]);
    const email = await PostalMime.parse(received(message));
    expect(email.text).toContain("Hello");
    expect(email.html).toContain("Hello");
  }
});

test("5: a message beyond the server's SIZE is refused before it is sent, and a clipped one is warned about", async () => {
  const small = startWireRecorder(["PIPELINING", "SIZE 1000"]);
  const session = await openSession(loopbackRoute(small.port));
  const outcome = await session.send(renderedMessage({ body: "x".repeat(2_000) }), {
    beforeDot: () => Promise.resolve(),
  });
  await session.quit();
  small.close();
  const large = `<html><body>${"<p>More of the same.</p>".repeat(6_000)}</body></html>`;
  const problems = [...checkHtml(large), ...lintTemplate(large, { where: "html" })];

  expect(outcome).toMatchObject({ kind: "broken", stage: "mail", fault: "too_large" });
  expect(small.sessions[0]?.commands.map((command) => command.slice(0, 4))).toEqual([
    "EHLO",
    "QUIT",
  ]);
  expect(problems.map((problem) => problem.message).join(" ")).toMatch(/Gmail|102/);
});

test("6: one-click unsubscription over HTTPS and mail, both fields signed, the address opaque", () => {
  for (const message of messages) {
    const [value = ""] = values(message, "list-unsubscribe");
    expect(value).toMatch(/^<https:\/\/mail\.acme\.example\/u\/[\w-]+>,\s+<mailto:u-[a-z2-7]+@/);
    // A token is random letters, so only the complete address or its domain would reveal the person.
    for (const said of [
      message.rcpt,
      encodeURIComponent(message.rcpt),
      message.rcpt.split("@")[1],
    ]) {
      expect(value).not.toContain(said ?? "");
    }
    expect(values(message, "list-unsubscribe-post")).toEqual(["List-Unsubscribe=One-Click"]);
    const signed = /h=([^;]*);/.exec(values(message, "dkim-signature")[0] ?? "")?.[1] ?? "";
    expect(signed.toLowerCase().replace(/\s/g, "").split(":")).toEqual(
      expect.arrayContaining(["list-unsubscribe", "list-unsubscribe-post", "feedback-id"]),
    );
    expect(textOf(message)).toContain("/u/");
  }
});

test("7: List-ID is below the sending domain; Auto-Submitted and Precedence are not set", () => {
  for (const message of messages) {
    expect(values(message, "list-id")[0]).toMatch(/<[a-z0-9]+\.acme\.example>$/);
    expect(values(message, "auto-submitted")).toEqual([]);
    expect(values(message, "precedence")).toEqual([]);
  }
});

test("8: one Feedback-ID of at most four parts, the sender last, stable and without personal data", () => {
  const ids = messages.map((message) => values(message, "feedback-id"));
  expect(ids.every((id) => id.length === 1)).toBe(true);
  expect(new Set(ids.flat()).size).toBe(1);
  const parts = (ids[0]?.[0] ?? "").split(":");
  expect(parts.length).toBeLessThanOrEqual(4);
  expect(parts.at(-1)).toMatch(/^[a-z0-9]{5,15}$/);
});

test("9: CFBL-Address is not set, because nobody reads such reports", () => {
  // RFC 9477 is experimental and optional; without a mailbox for it the field must be absent.
  expect(messages.flatMap((message) => values(message, "cfbl-address"))).toEqual([]);
});

test("10: the message reveals no software, host, tenant id, template tag or local link", async () => {
  for (const message of messages) {
    const raw = textOf(message);
    expect(headOf(message)).not.toMatch(/^(X-|Received|User-Agent)/im);
    const email = await PostalMime.parse(received(message));
    const shown = `${email.html}${email.text}${email.subject}`;
    expect(shown).not.toMatch(/\{\{|\{%/);
    expect(`${raw}${shown}`).not.toMatch(/localhost|127\.0\.0\.1|swiftmail/i);
    const links = [...(email.html ?? "").matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url);
    const ours = links.filter((url) => /\/[ocupv]\/[\w-]{20,}/.test(url ?? ""));
    expect(ours.length).toBeGreaterThanOrEqual(3);
    expect(ours.every((url) => url?.startsWith("https://mail.acme.example/"))).toBe(true);
  }
});

test("11: rsa-sha256 of 2048 bits, relaxed/relaxed, aligned, From oversigned, no l=; two verifiers pass it", async () => {
  for (const message of messages) {
    const [signature = ""] = values(message, "dkim-signature");
    expect(signature).toMatch(/a=rsa-sha256; c=relaxed\/relaxed; d=acme\.example;/);
    expect(signature).not.toMatch(/;\s*l=/);
    expect(await mailauthVerdict(received(message), record)).toEqual(["pass"]);
  }
  expect(new Set(dkimpyVerdicts(messages.map(received), record))).toEqual(new Set(["pass"]));
});

test("12: there is one signature, and not Ed25519, which Yahoo and Microsoft do not verify", () => {
  for (const message of messages) {
    expect(values(message, "dkim-signature")).toHaveLength(1);
    expect(values(message, "dkim-signature")[0]).not.toContain("ed25519");
  }
});

test("13: MAIL FROM is a VERP address below the sending domain, and its token leads back to the message", async () => {
  const content: CampaignContent = campaignContent();
  const compiled = await compileCampaign(content, { campaignId: 9, keys: testTokenKeys });
  const { envelopeFrom } = renderMessage(compiled, recipient(), { date: 0 });

  const [localPart = "", domain = ""] = envelopeFrom.split("@");
  expect(domain).toEndWith(".acme.example");
  expect(localPart.length).toBeLessThanOrEqual(64);
  expect(readAddressToken(testTokenKeys, "bounce", localPart.toUpperCase())).toEqual({
    workspaceNumber: 3,
    campaignId: 9,
    seq: 42,
  });
  expect(new Set(messages.map((message) => message.mail)).size).toBe(names.length);
});

test("26: a retry keeps Message-ID and Date, octet for octet", async () => {
  const compiled = await compileCampaign(campaignContent(), { campaignId: 9, keys: testTokenKeys });
  const first = renderMessage(compiled, recipient({ attempts: 0 }), { date: startedAt });
  const second = renderMessage(compiled, recipient({ attempts: 4 }), { date: startedAt });

  expect(Buffer.from(second.bytes).equals(Buffer.from(first.bytes))).toBe(true);
});

test("27: with tracking off the message has no identifier and no pixel, and every image has alternative text", async () => {
  const content = campaignContent({ trackOpens: false, trackClicks: false });
  const compiled = await compileCampaign(content, { campaignId: 9, keys: testTokenKeys });
  const html = async (off: boolean, source = compiled) => {
    const to = recipient();
    to.contact.tracking_off = off;
    const { bytes } = renderMessage(source, to, { date: 0 });
    return (await PostalMime.parse(bytes)).html ?? "";
  };
  const tracked = await compileCampaign(campaignContent(), { campaignId: 9, keys: testTokenKeys });

  for (const off of [await html(false), await html(true, tracked)]) {
    expect(off).not.toMatch(/\/[oc]\/[\w-]{20,}/);
    expect(off).toContain("https://shop.example/a?x=1");
    const view = /\/v\/([\w-]+)/.exec(off)?.[1];
    expect(view === undefined || readTrackingToken(testTokenKeys, "view", view)?.seq === 0).toBe(
      true,
    );
  }
  for (const message of messages) {
    const email = await PostalMime.parse(received(message));
    const images = (email.html ?? "").match(/<img\b[^>]*>/g) ?? [];
    expect(images.length).toBe(2);
    expect(images.filter((image) => !/\balt=/.test(image))).toEqual([]);
  }
});

test("28: ARC is not added, because nothing is forwarded", () => {
  for (const message of messages) {
    expect(headOf(message)).not.toMatch(/^ARC-/im);
  }
});
