import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  eraseConsent,
  keepWording,
  recordConsent,
} from "../../../../server/features/consent/consent.service.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

const NOW = 1_790_000_000_000;
let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp(() => NOW);
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const db = () => fixture.databases.workspace(workspace.id);

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "admin");

async function newContact(email = "anna@example.org", listIds: number[] = []): Promise<number> {
  return (await call("POST", "/contacts", { email, listIds })).body.id;
}

async function newList(name: string): Promise<number> {
  return (await call("POST", "/lists", { name })).body.id;
}

function formConsent(contactId: number) {
  recordConsent(
    db(),
    {
      contactId,
      action: "given",
      source: "form:3",
      actor: "contact",
      wording: { hash: keepWording(db(), "Yes, send me <b>news</b>.", NOW), version: 2 },
      formId: 3,
      ip: "192.0.2.7",
      userAgent: "Browser/1",
      proof: {
        requestedAt: 1,
        requestIp: "192.0.2.7",
        requestUserAgent: "Browser/1",
        mailedAt: 2,
        messageId: "m@example.org",
        confirmedAt: 3,
      },
    },
    NOW,
  );
}

test("manual changes by workspace users are recorded, newest first", async () => {
  const [news, offers] = [await newList("News"), await newList("Offers")];
  const id = await newContact("anna@example.org", [news]);
  const change = { status: "unsubscribed", reason: "asked by phone" };
  await call("PUT", `/lists/${news}/contacts/${id}`, change);
  await call("PUT", `/lists/${news}/contacts/${id}`, change);
  await call("POST", "/contacts/bulk", { action: "add_to_list", ids: [id], listId: offers });
  await call("POST", "/contacts/bulk", { action: "remove_from_list", ids: [id], listId: offers });

  const { items } = (await call("GET", `/contacts/${id}/consent`)).body;

  const actor = `admin ${workspace.id}`;
  expect(items).toMatchObject([
    { action: "withdrawn", lists: [{ id: offers, name: "Offers" }], source: "bulk:2", actor },
    { action: "given", lists: [{ id: offers }], source: "bulk:1", actor },
    { action: "withdrawn", lists: [{ id: news }], detail: "asked by phone", actor },
    { action: "given", lists: [{ id: news, name: "News" }], address: "anna@example.org", actor },
  ]);
});

test("neither an entry nor a wording can be changed or removed", async () => {
  formConsent(await newContact());

  for (const sql of [
    "DELETE FROM consent",
    "DELETE FROM consent_wording",
    "UPDATE consent_wording SET text = 'I agreed to everything'",
    "UPDATE consent SET at = 0",
    "UPDATE consent SET action = 'withdrawn'",
    "UPDATE consent SET address = 'other@example.org'",
    "UPDATE consent SET ip = ''",
    "UPDATE consent SET erased_at = 5",
    "UPDATE consent SET erased_at = 5, address = 'x', ip = '', user_agent = '', proof = NULL, at = 9",
    "UPDATE consent SET erased_at = 5, address = 'x@y', ip = '', user_agent = '', proof = NULL",
  ]) {
    expect(() => db().exec(sql)).toThrow(/never changes|only grows|kept for good/);
  }
});

test("erasing removes personal data and leaves what was agreed", async () => {
  const id = await newContact();
  formConsent(id);
  const other = await newContact("bo@example.org");
  formConsent(other);

  const erased = eraseConsent(
    db(),
    { contactId: id, address: "anna@example.org", pseudonym: "erased:ab12" },
    NOW + 5,
  );

  expect(erased).toBe(1);
  const [entry] = (await call("GET", `/contacts/${id}/consent`)).body.items;
  expect(entry).toMatchObject({
    address: "erased:ab12",
    ip: "",
    userAgent: "",
    proof: null,
    at: NOW,
    wording: "Yes, send me <b>news</b>.",
    wordingVersion: 2,
    erasedAt: NOW + 5,
  });
  expect((await call("GET", `/contacts/${other}/consent`)).body.items[0].ip).toBe("192.0.2.7");
  expect(() => db().exec("UPDATE consent SET erased_at = 9 WHERE erased_at IS NOT NULL")).toThrow();
});

test("a deleted contact's entries remain, and the export includes everybody's", async () => {
  const id = await newContact();
  formConsent(id);
  await call("DELETE", `/contacts/${id}`);
  formConsent(await newContact("bo@example.org"));
  const who = { role: "admin" as const, workspaceId: workspace.id };
  const path = `/workspaces/${workspace.id}/consent/export`;

  const all = await (await fixture.call(who, "GET", `${path}?format=json`)).json();
  const one = await fixture.call(who, "GET", `${path}?format=json&contactId=${id}`);

  expect((all as { address: string }[]).map(({ address }) => address)).toEqual([
    "anna@example.org",
    "bo@example.org",
  ]);
  expect(await one.json()).toHaveLength(1);
});

test("a formula in an entry is exported to CSV as text", async () => {
  const list = await newList('=HYPERLINK("https://evil.test")');
  const id = await newContact("anna@example.org", [list]);
  const reason = '=cmd|"/c calc"!A1';
  await call("PUT", `/lists/${list}/contacts/${id}`, { status: "unsubscribed", reason });
  recordConsent(
    db(),
    { contactId: id, action: "changed", source: "form:1", actor: "contact", userAgent: "@SUM(1)" },
    NOW,
  );
  const who = { role: "admin" as const, workspaceId: workspace.id };

  const response = await fixture.call(who, "GET", `/workspaces/${workspace.id}/consent/export`);
  const csv = await response.text();

  expect(response.headers.get("content-type")).toStartWith("text/csv");
  expect(csv.split("\r\n")).toHaveLength(5);
  expect(csv).toContain("'@SUM(1)");
  expect(csv).toContain(`"'=cmd|""/c calc""!A1"`);
  expect(csv).not.toMatch(/(^|,|")[=@]/m);
});

test("an editor may read one contact's entries, and not export everybody's", async () => {
  const id = await newContact();
  const who = { role: "editor" as const, workspaceId: workspace.id };
  const base = `/workspaces/${workspace.id}`;

  expect((await fixture.call(who, "GET", `${base}/contacts/${id}/consent`)).status).toBe(200);
  expect((await fixture.call(who, "GET", `${base}/consent/export`)).status).toBe(403);
});

test("an import with a consent statement records it for everybody who joins a list", async () => {
  const imports = new ImportFixture();
  const list = (await imports.call<{ id: number }>("POST", "/lists", { name: "Shop" })).body.id;
  const csv = "email,first_name\nanna@example.org,Anna\nbo@example.org,Bo\nanna@example.org,Ann\n";

  const done = await imports.import(csv, {
    listIds: [list],
    consentStatement: "Asked at the till.",
  });
  const again = await imports.import(csv, { listIds: [list], consentStatement: "Asked again." });
  const silent = await imports.import("email\ncy@example.org\n", { listIds: [list] });

  const rows = imports.db
    .prepare(
      "SELECT address, source, text FROM consent JOIN consent_wording ON hash = wording_hash",
    )
    .all();
  expect([done.state, again.state, silent.state]).toEqual(["done", "done", "done"]);
  expect(rows).toEqual([
    { address: "anna@example.org", source: `import:${done.id}`, text: "Asked at the till." },
    { address: "bo@example.org", source: `import:${done.id}`, text: "Asked at the till." },
  ]);
  imports.close();
});
