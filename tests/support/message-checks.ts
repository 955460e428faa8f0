import { expect } from "bun:test";
import PostalMime, { type Email } from "postal-mime";

/** What a bulk message must satisfy besides its text. */
export type BulkExpectation = {
  envelopeTo: string;
  /** Domain of Message-ID and List-ID. */
  domain: string;
  /** Unix ms that the Date field must be within five minutes of; undefined = any. */
  sentAt?: number;
  /** True when the message must have a DKIM signature over the fields required from bulk senders. */
  signed?: boolean;
  /** True when links may use http on localhost (a local instance). */
  allowsLocalLinks?: boolean;
};

const ONCE = [
  "from",
  "to",
  "subject",
  "date",
  "message-id",
  "mime-version",
  "content-type",
  "list-unsubscribe",
  "list-unsubscribe-post",
  "list-id",
  "feedback-id",
];
const NEVER = [
  "bcc",
  "cc",
  "x-originating-ip",
  "x-mailer",
  "received",
  "auto-submitted",
  "precedence",
];
const SIGNED = [...ONCE.filter((name) => name !== "content-type"), "content-type"];

/**
 * Asserts the statements 1–8, 10 and 11 of the deliverability list (RFC 5322, 2045, 8058, 2919; Gmail and
 * Yahoo sender rules) on a message as it goes on the wire, and returns it parsed.
 */
export async function assertBulkMessage(
  raw: Uint8Array,
  expected: BulkExpectation,
): Promise<Email> {
  const wire = Buffer.from(raw).toString("latin1");
  assertWireFormat(wire);
  const head = wire.slice(0, wire.indexOf("\r\n\r\n"));
  const fields = fieldsOf(head);
  for (const name of ONCE) {
    expect([name, fields.filter((field) => field.name === name).length]).toEqual([name, 1]);
  }
  for (const name of NEVER) {
    expect(fields.map((field) => field.name)).not.toContain(name);
  }
  const value = (name: string) => fields.find((field) => field.name === name)?.value ?? "";
  assertIdentity(value, expected);
  assertUnsubscribe(value, expected);
  assertFeedbackId(value("feedback-id"));
  if (expected.signed === true) {
    assertSignature(value, expected);
  }
  const email = await PostalMime.parse(raw);
  assertParts(wire, email);
  assertContent(email, expected);
  return email;
}

function assertWireFormat(wire: string): void {
  expect(wire.endsWith("\r\n")).toBe(true);
  expect(wire).not.toMatch(/[^\r]\n|\r[^\n]|\0/);
  const lines = wire.split("\r\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  // Dot-stuffed: a line that starts with a dot starts with two.
  expect(lines.filter((line) => /^\.(?!\.)/.test(line))).toEqual([]);
  expect(wire.length).toBeLessThan(10 * 1024 * 1024);
}

/** The header fields in order, unfolded. */
export function fieldsOf(head: string): { name: string; value: string }[] {
  return head.split(/\r\n(?![ \t])/).map((line) => {
    const colon = line.indexOf(":");
    expect(line.slice(0, colon)).toMatch(/^[A-Za-z0-9-]+$/);
    const value = line
      .slice(colon + 1)
      .replace(/\r\n/g, "")
      .trim();
    return { name: line.slice(0, colon).toLowerCase(), value };
  });
}

function assertIdentity(value: (name: string) => string, expected: BulkExpectation): void {
  expect(value("from")).toMatch(/<[^<>@]+@[^<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/);
  const to = Buffer.from(value("to"), "latin1").toString("utf8");
  expect(to.replace(/^.*<|>$/g, "")).toBe(expected.envelopeTo);
  expect(to).not.toContain(",");
  expect(value("message-id")).toMatch(/^<[^\s<>@]+@[^\s<>@]+>$/);
  expect(value("message-id")).toEndWith(`@${expected.domain}>`);
  expect(value("date")).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/);
  if (expected.sentAt !== undefined) {
    const skewMs = Math.abs(Date.parse(value("date")) - expected.sentAt);
    expect(skewMs).toBeLessThanOrEqual(5 * 60_000);
  }
  expect(value("list-id")).toMatch(/<[a-z0-9.-]+>$/i);
  expect(value("list-id")).toEndWith(`.${expected.domain}>`);
}

function assertUnsubscribe(value: (name: string) => string, expected: BulkExpectation): void {
  const uris = [...value("list-unsubscribe").matchAll(/<([^<>\s]+)>/g)].map((match) => match[1]);
  const web = uris.filter((uri) => /^https?:/.test(uri ?? ""));
  expect(web).toHaveLength(1);
  expect(web[0]).toMatch(expected.allowsLocalLinks === true ? /^https?:\/\// : /^https:\/\//);
  // Opaque: it reveals nothing about the person.
  expect(web[0]).not.toContain(expected.envelopeTo);
  expect(web[0]).not.toContain("@");
  expect(value("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
}

function assertFeedbackId(value: string): void {
  const parts = value.split(":");
  expect(parts.length).toBeGreaterThanOrEqual(1);
  expect(parts.length).toBeLessThanOrEqual(4);
  expect(parts.at(-1)).toMatch(/^[a-z0-9]{5,15}$/i);
  expect(value).not.toContain("@");
}

function assertSignature(value: (name: string) => string, expected: BulkExpectation): void {
  const tags = new Map(
    value("dkim-signature")
      .split(";")
      .map((tag) =>
        tag
          .trim()
          .split(/=(.*)/s)
          .slice(0, 2)
          .map((part) => part.replace(/\s/g, "")),
      )
      .map(([name = "", text = ""]) => [name, text]),
  );
  expect(tags.get("a")).toBe("rsa-sha256");
  expect(tags.get("c")).toBe("relaxed/relaxed");
  expect(tags.get("d")).toBe(expected.domain);
  expect(tags.has("l")).toBe(false);
  const signed = (tags.get("h") ?? "").toLowerCase().split(":");
  expect(signed).toEqual(expect.arrayContaining(SIGNED));
  expect(signed.filter((name) => name === "from")).toHaveLength(2);
}

function assertParts(wire: string, email: Email): void {
  const boundary = /\r\nContent-Type: multipart\/alternative;\s+boundary="?([^"\r\n]+)"?/i.exec(
    wire,
  )?.[1];
  expect(boundary).toBeString();
  const [, text = "", html = "", end] = wire.split(`\r\n--${boundary}`);
  expect(end?.trim()).toBe("--");
  expect(text).toMatch(/^\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
  expect(html).toMatch(/^\r\nContent-Type: text\/html; charset=utf-8\r\n/);
  for (const part of [text, html]) {
    expect(part).toMatch(/\r\nContent-Transfer-Encoding: (quoted-printable|base64)\r\n/);
  }
  const body = wire.slice(wire.indexOf("\r\n\r\n"));
  expect(body).toMatch(/^[\t\r\n\x20-\x7e]*$/);
  expect(email.attachments).toEqual([]);
  expect((email.text ?? "").trim()).not.toBe("");
  expect((email.html ?? "").trim()).not.toBe("");
}

function assertContent(email: Email, expected: BulkExpectation): void {
  for (const content of [email.subject ?? "", email.html ?? "", email.text ?? ""]) {
    expect(content).not.toMatch(/\{\{|\{%/);
  }
  const links = [...(email.html ?? "").matchAll(/(?:href|src)="([^"]*)"/g)].map(
    (match) => match[1] ?? "",
  );
  if (expected.allowsLocalLinks !== true) {
    expect(links.filter((link) => /localhost|127\.0\.0\.1/.test(link))).toEqual([]);
  }
  expect(links.some((link) => link.includes("/u/"))).toBe(true);
  expect(email.text ?? "").toContain("/u/");
  const images = (email.html ?? "").match(/<img\b[^>]*>/g) ?? [];
  expect(images.filter((image) => !/\balt=/.test(image))).toEqual([]);
}
