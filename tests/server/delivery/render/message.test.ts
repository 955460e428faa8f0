import { expect, test } from "bun:test";
import PostalMime from "postal-mime";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { renderMessage } from "../../../../server/delivery/render/message.ts";
import { encodePiece } from "../../../../server/delivery/render/quoted-printable.ts";
import { readAddressToken, readTrackingToken } from "../../../../server/delivery/tokens.ts";
import type { CampaignContent, Recipient } from "../../../../server/delivery/types.ts";
import {
  campaignContent,
  contactFields,
  recipient,
  testTokenKeys,
} from "../../../support/campaign-content.ts";
import { assertBulkMessage } from "../../../support/message-checks.ts";

const date = Date.UTC(2026, 10, 21, 7, 0, 0);

async function render(changes: Partial<CampaignContent> = {}, to: Partial<Recipient> = {}) {
  const content = campaignContent(changes);
  const campaign = await compileCampaign(content, { campaignId: 9, keys: testTokenKeys });
  return renderMessage(campaign, recipient(to), { date });
}

const bulk = { envelopeTo: "jane@example.org", domain: "acme.example", sentAt: date };

test("a bulk message has every header that receivers require, once", async () => {
  const message = await render({ preheader: "Inside: {{ contact.first_name }} & friends" });

  const email = await assertBulkMessage(message.bytes, bulk);
  expect(email.subject).toBe("News for Jane");
  expect(email.from).toMatchObject({ name: "Ada from Acme", address: "news@acme.example" });
  expect(email.html).toContain("Hello Jane");
  expect(email.html).toContain("Inside: Jane &amp; friends");
  expect(email.text).toContain("Hello Jane");
  expect(message.needs8bit).toBe(false);
});

test("every token in a message identifies that message", async () => {
  const message = await render();
  const email = await PostalMime.parse(message.bytes);
  const html = email.html ?? "";
  const token = (path: string) => new RegExp(`/${path}/([A-Za-z0-9_-]+)`).exec(html)?.[1] ?? "";
  const subject = { workspaceNumber: 3, campaignId: 9, seq: 42 };

  expect(readTrackingToken(testTokenKeys, "open", token("o"))).toEqual(subject);
  expect(readTrackingToken(testTokenKeys, "click", token("c"))).toEqual({ ...subject, link: 1 });
  expect(readTrackingToken(testTokenKeys, "unsubscribe", token("u"))).toEqual({
    ...subject,
    contactId: 7,
  });
  const [returnPath, domain] = message.envelopeFrom.split("@");
  expect(domain).toBe("bounce.acme.example");
  expect(readAddressToken(testTokenKeys, "bounce", returnPath ?? "")).toEqual(subject);
  const mailto = /<mailto:(u-[a-z2-7]+)@/.exec(Buffer.from(message.bytes).toString())?.[1] ?? "";
  expect(readAddressToken(testTokenKeys, "unsubscribeMail", mailto)).toEqual(subject);
});

test("a second attempt is the same message, octet for octet", async () => {
  const first = await render();
  const second = await render({}, { attempts: 3 });

  expect(Buffer.from(second.bytes).equals(Buffer.from(first.bytes))).toBe(true);
});

test("with tracking off the only identifier is the unsubscribe link", async () => {
  const off = { contact: contactFields({ tracking_off: true }) };
  const html =
    '<body><a href="https://shop.example/?n={{ contact.first_name }}">x</a><a href="{{ web_view_url }}">w</a></body>';
  const message = await render({ html }, off);
  const email = await assertBulkMessage(message.bytes, bulk);

  expect(email.html).not.toContain("/o/");
  expect(email.html).not.toContain("/c/");
  expect(email.html).toContain('href="https://shop.example/?n=Jane"');
  const view = /\/v\/([A-Za-z0-9_-]+)/.exec(email.html ?? "")?.[1] ?? "";
  expect(readTrackingToken(testTokenKeys, "view", view)?.seq).toBe(0);
});

test("a campaign without tracking has no pixel and keeps its links", async () => {
  const message = await render({ trackOpens: false, trackClicks: false });
  const email = await assertBulkMessage(message.bytes, bulk);

  expect(email.html).not.toContain("<img");
  expect(email.html).toContain('href="https://shop.example/a?x=1&amp;y=2"');
});

test("a body without an unsubscribe link gets a footer with link, reason and postal address", async () => {
  const email = await assertBulkMessage((await render()).bytes, bulk);

  for (const part of [email.html ?? "", email.text ?? ""]) {
    expect(part).toContain("Unsubscribe");
    expect(part).toContain("because you are on the mailing list of Acme");
    expect(part.replace(/\r\n/g, "\n")).toContain("Acme Ltd\n1 Main Street\nLondon N1");
  }
});

test("a body with its own unsubscribe link and address gets no second footer", async () => {
  const html =
    '<body><p>Hi</p><a href="{{ unsubscribe_url }}">Leave</a> {{ workspace.postal_address }}</body>';
  const email = await assertBulkMessage((await render({ html })).bytes, bulk);

  expect(email.html?.match(/\/u\//g)).toHaveLength(1);
  expect(email.html).not.toContain("mailing list of");
});

test("without a bounce domain bounces go to the sender and only the https link unsubscribes", async () => {
  const message = await render({ bounceDomain: "" });
  await assertBulkMessage(message.bytes, bulk);

  expect(message.envelopeFrom).toBe("news@acme.example");
  expect(Buffer.from(message.bytes).toString()).not.toContain("mailto:");
});

test("a non-ASCII address requires SMTPUTF8 and appears in To unchanged", async () => {
  const address = "jörg@example.org";
  const message = await render({}, { address });

  expect(message.needsSmtpUtf8).toBe(true);
  await assertBulkMessage(message.bytes, { ...bulk, envelopeTo: address });
});

test("a reply address, long names and emoji in the subject are transmitted intact", async () => {
  const subject = `${"Ünïcode and 👩‍👩‍👧‍👦 families, ".repeat(6)}{{ contact.first_name }} 🎉`;
  const message = await render({
    subject,
    replyTo: "help@acme.example",
    fromName: "Zoë „Quotes“, Ltd.",
  });
  const email = await assertBulkMessage(message.bytes, bulk);

  expect(email.subject).toBe(`${"Ünïcode and 👩‍👩‍👧‍👦 families, ".repeat(6)}Jane 🎉`);
  expect(email.replyTo?.[0]?.address).toBe("help@acme.example");
  expect(email.from?.name).toBe("Zoë „Quotes“, Ltd.");
  const head = Buffer.from(message.bytes).toString().split("\r\n\r\n")[0] ?? "";
  expect(Math.max(...head.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(120);
});

test("links changed after the launch are refused instead of leading elsewhere", async () => {
  const content = campaignContent({ links: ["https://other.example/"] });

  await expect(compileCampaign(content, { campaignId: 9, keys: testTokenKeys })).rejects.toThrow(
    "links",
  );
});

test.each([
  ["in another order", ["https://b.example/", "https://a.example/"]],
  ["one too few", ["https://a.example/"]],
  ["one too many", ["https://a.example/", "https://b.example/", "https://c.example/"]],
  ["none", []],
])("links that differ from those in the HTML are refused: %s", async (_, links) => {
  const html =
    '<a href="https://a.example/">a</a><a href="mailto:x@y.example">m</a><a href="https://b.example/">b</a><a href="https://a.example/">again</a>';
  const compile = (given: string[]) =>
    compileCampaign(campaignContent({ html, links: given, trackClicks: true }), {
      campaignId: 9,
      keys: testTokenKeys,
    });

  await expect(compile(links)).rejects.toThrow("the list of links does not match the links");
  const right = await compile(["https://a.example/", "https://b.example/"]);
  const clicks = right.html.segments.flatMap((one) => (one.kind === "click" ? [one.link] : []));
  expect(clicks).toEqual([1, 2, 1]);
});

test("a line of any length is cut into short ones that start safely, and decodes to itself", () => {
  const decoded = (text: string) =>
    text
      .replaceAll("=\r\n", "")
      .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const kinds = ["a", ".", "=", "a=", "From ", "x.From =", "<b>"];
  for (const kind of kinds) {
    for (const length of [...Array(240).keys(), 100_000]) {
      const line = kind
        .repeat(Math.ceil(length / kind.length))
        .slice(0, length)
        .trimEnd();
      const encoded = encodePiece(line).toString("latin1");
      const lines = encoded.split("\r\n");
      expect(Math.max(...lines.map((one) => one.length))).toBeLessThanOrEqual(76);
      expect(lines.filter((one) => /^(?:\.|From )/.test(one))).toEqual([]);
      expect(decoded(encoded)).toBe(line);
    }
  }
});

test("a sender with an internationalised domain is written in its ASCII form", async () => {
  const message = await render({ fromEmail: "news@b\u00fccher.example", bounceDomain: "" });
  await assertBulkMessage(message.bytes, bulk);

  expect(message.envelopeFrom).toBe("news@xn--bcher-kva.example");
  expect(message.needsSmtpUtf8).toBe(false);
});

test("links and our URLs inside conditions are the recipient's own, with and without tracking", async () => {
  const html =
    '<body>{% if contact.first_name == "Jane" %}<a href="https://a.example/?n={{ contact.last_name }}">a</a>{% else %}<a href="https://b.example/">b</a>{% endif %}{% for i in (1..2) %}<a href="{{ unsubscribe_url }}">{{ i }}</a>{% endfor %}</body>';
  const tracked = await assertBulkMessage((await render({ html })).bytes, bulk);
  const click = /\/c\/([\w-]+)/.exec(tracked.html ?? "")?.[1] ?? "";
  expect(readTrackingToken(testTokenKeys, "click", click)).toMatchObject({ seq: 42, link: 1 });
  expect(tracked.html?.match(/\/u\//g)).toHaveLength(2);

  const off = { contact: contactFields({ first_name: "Ann", tracking_off: true }) };
  const untracked = await assertBulkMessage((await render({ html }, off)).bytes, bulk);
  expect(untracked.html).toContain('href="https://b.example/"');
});
