import { afterEach, beforeEach, expect, test } from "bun:test";
import { openMailbox } from "../../../../server/inbound/mailbox.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let deliver: (to: string, raw: string | Buffer) => Promise<void>;

beforeEach(() => {
  fixture = newTestApp(() => 1_000, {
    inbound: {
      port: 0,
      clear: async (id) => openMailbox(fixture.databases, Date.now).clear(id),
    },
    removeMail: async (id, _box, message) =>
      openMailbox(fixture.databases, Date.now).remove(id, message),
  });
  workspace = fixture.newWorkspace();
  const mailbox = openMailbox(fixture.databases, () => 1_000);
  deliver = (to, raw) =>
    mailbox.deliver(workspace.id, {
      envelopeFrom: "news@acme.test",
      envelopeTo: to,
      raw: Buffer.from(raw),
    });
});
afterEach(() => fixture.close());

const call = workspaceRequests(
  () => ({ app: fixture, workspaceId: workspace.id, below: "/inbox" }),
  "viewer",
);

const multipart = [
  "From: Acme <news@acme.test>",
  "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
  "Content-Type: multipart/mixed; boundary=b",
  "",
  "--b",
  "Content-Type: text/html; charset=utf-8",
  "",
  '<p>Hi <a href="https://x.test/c/1">there</a></p><script>alert(1)</script>',
  "--b",
  "Content-Type: text/plain",
  "",
  "Hi there",
  "--b",
  'Content-Type: application/pdf; name="../../etc/passwd"',
  "Content-Disposition: attachment",
  "",
  "PDF",
  "--b--",
  "",
].join("\r\n");

test("lists the newest first, page by page, and searches addresses and subjects literally", async () => {
  for (const name of ["ann", "bob", "100%"]) {
    await deliver(`${name}@x.test`, `Subject: for ${name}\r\n\r\n`);
  }

  const first = await (await call("GET", "?limit=2")).json();
  const second = await (await call("GET", `?limit=2&cursor=${first.nextCursor}`)).json();
  const found = await (await call("GET", "?q=FOR+b")).json();
  const literal = await (await call("GET", "?q=%25")).json();

  expect(first.items.map((item: { to: string }) => item.to)).toEqual(["100%@x.test", "bob@x.test"]);
  expect(second).toMatchObject({ items: [{ to: "ann@x.test" }], nextCursor: null });
  expect(found.items).toEqual([
    {
      id: 2,
      receivedAt: 1_000,
      from: "news@acme.test",
      to: "bob@x.test",
      subject: "for bob",
      sizeBytes: 20,
    },
  ]);
  expect(literal.items).toHaveLength(1);
});

test("shows a message's headers, both bodies and attachments, and returns its source unchanged", async () => {
  await deliver("ann@x.test", multipart);

  const detail = await (await call("GET", "/1")).json();
  const raw = await call("GET", "/1/raw");

  expect(detail.headers[1]).toEqual({ name: "Subject", value: "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=" });
  expect(detail.subject).toBe("Grüße");
  expect(detail.html).toContain('<a href="https://x.test/c/1">');
  expect(detail.text).toContain("Hi there");
  expect(detail.attachments).toEqual([
    { name: "../../etc/passwd", type: "application/pdf", sizeBytes: 4 },
  ]);
  expect(raw.headers.get("content-type")).toBe("message/rfc822");
  expect(raw.headers.get("content-disposition")).toStartWith("attachment");
  expect(await raw.text()).toBe(multipart);
});

test.each([
  [
    "2,000 nested parts",
    Array.from(
      { length: 2_000 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    ).join(""),
  ],
  ["a header of 1 MB", `X-A: ${"a".repeat(1_000_000)}\r\n\r\nbody`],
  ["3 MB", `Subject: x\r\n\r\n${"x".repeat(3_000_000)}`],
])("a message with %s is offered as a download, with the reason", async (_name, raw) => {
  await deliver("ann@x.test", raw);

  const detail = await (await call("GET", "/1")).json();

  expect(detail.html).toBeNull();
  expect(detail.notShown).toMatch(/download/i);
  expect((await (await call("GET", "/1/raw")).text()).length).toBe(raw.length);
});

test("an editor can empty the inbox, a viewer cannot, and removed messages are not found", async () => {
  await deliver("ann@x.test", "Subject: a\r\n\r\n");

  expect((await call("DELETE", "")).status).toBe(403);
  expect(await (await call("DELETE", "", undefined, { as: "editor" })).json()).toEqual({
    removed: 1,
  });
  expect((await call("GET", "/1")).status).toBe(404);
  expect((await call("GET", "/1/raw")).status).toBe(404);
});

test("deletes one message for editors, and keeps the source of the others", async () => {
  await deliver("a@x.test", "Subject: one\r\n\r\n1");
  await deliver("b@x.test", "Subject: two\r\n\r\n2");

  expect((await call("DELETE", "/1")).status).toBe(403);
  expect((await call("DELETE", "/1", undefined, { as: "editor" })).status).toBe(200);
  expect((await call("DELETE", "/1", undefined, { as: "editor" })).status).toBe(404);
  expect((await call("GET", "/1")).status).toBe(404);
  expect(await (await call("GET", "/2")).json()).toMatchObject({
    source: "Subject: two\r\n\r\n2",
  });
});
