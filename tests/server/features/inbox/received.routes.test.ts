import { afterEach, beforeEach, expect, test } from "bun:test";
import type { ReceivedKind } from "../../../../server/inbound/received.store.ts";
import { INSTANCE_INBOX, ReceivedBox } from "../../../../server/inbound/received.ts";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let box: ReceivedBox;

beforeEach(() => {
  fixture = newTestApp(() => 1_000, {
    removeMail: async (id, kind, message) => kind === "received" && box.remove(id, message),
  });
  workspace = fixture.newWorkspace();
  box = new ReceivedBox(fixture.databases, () => 1_000);
});
afterEach(() => fixture.close());

const add = (kind: ReceivedKind, subject: string, of = workspace.id) =>
  box.add(
    of,
    {
      envelopeFrom: "ann@reader.test",
      envelopeTo: "b-x@bounce.acme.test",
      raw: Buffer.from(`From: Ann <ann@reader.test>\r\nSubject: ${subject}\r\n\r\nHello 50%`),
    },
    {
      kind,
      message: { workspaceId: of, campaignId: 7, seq: 3 },
      said: kind === "bounce" ? "550 5.1.1 user unknown" : "",
    },
  );
const call = workspaceRequests(
  () => ({ app: fixture, workspaceId: workspace.id, below: "/received" }),
  "viewer",
);
const subjects = async (query: string): Promise<string[]> => {
  const page = (await (await call("GET", query)).json()) as {
    items: { subject: string }[];
  };
  return page.items.map((item) => item.subject);
};

test("lists received mail, newest first, by kind and by part of a sender, subject or reason, in pages", async () => {
  add("bounce", "Undelivered");
  add("reply", "Re: News");
  add("bounce", "Undelivered 100%");

  expect(await subjects("")).toEqual(["Undelivered 100%", "Re: News", "Undelivered"]);
  expect(await subjects("?kind=bounce")).toEqual(["Undelivered 100%", "Undelivered"]);
  expect(await subjects("?q=user%20UNKNOWN")).toEqual(["Undelivered 100%", "Undelivered"]);
  expect(await subjects("?q=100%25")).toEqual(["Undelivered 100%"]);
  expect(await subjects("?q=ann&kind=reply")).toEqual(["Re: News"]);
  const page = (await (await call("GET", "?limit=2")).json()) as { nextCursor: string };
  expect(await subjects(`?limit=2&cursor=${page.nextCursor}`)).toEqual(["Undelivered"]);
  expect((await call("GET", "?kind=spam")).status).toBe(422);
});

test("shows a message with its interpretation, its source as a file, and deletes it", async () => {
  add("bounce", "Undelivered");

  expect(await (await call("GET", "/1")).json()).toMatchObject({
    kind: "bounce",
    campaignId: 7,
    seq: 3,
    said: "550 5.1.1 user unknown",
    headerFrom: "Ann <ann@reader.test>",
    text: "Hello 50%\n",
  });
  const raw = await call("GET", "/1/raw");
  expect(raw.headers.get("content-disposition")).toContain("attachment");
  expect(await raw.text()).toEndWith("Hello 50%");
  expect((await call("DELETE", "/1")).status).toBe(403);
  expect((await call("DELETE", "/1", undefined, { as: "editor" })).status).toBe(200);
  expect((await call("DELETE", "/1", undefined, { as: "editor" })).status).toBe(404);
  expect((await call("GET", "/1")).status).toBe(404);
});

test("belongs to one workspace; the instance's mail is visible only to administrators", async () => {
  const other = fixture.newWorkspace("Other");
  add("reply", "Ours");
  add("role", "Of the instance", INSTANCE_INBOX);

  const listOf = (workspaceId: string) =>
    workspaceRequests(() => ({ app: fixture, workspaceId, below: "/received" }), "viewer")(
      "GET",
      "",
    );
  expect(await (await listOf(other.id)).json()).toMatchObject({ items: [] });
  expect((await listOf(INSTANCE_INBOX)).status).toBe(404);
  const as = { role: "owner", workspaceId: workspace.id } as const;
  expect((await fixture.call(as, "GET", "/instance/received")).status).toBe(403);
});

test("people's mail is not displaced by reports; the oldest of a kind are removed first", async () => {
  const limits = { 0: { messages: 3, bytes: 10_000 }, 1: { messages: 2, bytes: 10_000 } };
  box = new ReceivedBox(fixture.databases, () => 1_000, limits);
  add("reply", "Thank you");
  for (let i = 1; i <= 5; i++) {
    add("bounce", `b${i}`);
  }
  add("role", "r1");
  add("reply", "r2");

  expect(await subjects("")).toEqual(["r2", "r1", "b5", "b4", "b3"]);
});

test("administrators read and delete mail to postmaster@ of the instance", async () => {
  const accounts: AccountsApp = newAccountsApp({
    outside: {
      removeMail: async () => true,
    },
  });
  try {
    const admin: SignedUp = await accounts.signUp("root@example.net", { isAdmin: true });
    new ReceivedBox(accounts.databases, () => 1).add(
      INSTANCE_INBOX,
      {
        envelopeFrom: "a@b.test",
        envelopeTo: "postmaster",
        raw: Buffer.from("Subject: hi\r\n\r\n"),
      },
      { kind: "role", said: "" },
    );
    const get = (path: string) => accounts.call(admin.cookie, "GET", `/instance/received${path}`);

    expect(await (await get("")).json()).toMatchObject({ items: [{ id: 1, subject: "hi" }] });
    expect(await (await get("/1")).json()).toMatchObject({ kind: "role" });
    expect((await get("/1/raw")).status).toBe(200);
    expect((await accounts.call(admin.cookie, "DELETE", "/instance/received/1")).status).toBe(200);
  } finally {
    accounts.close();
  }
});
