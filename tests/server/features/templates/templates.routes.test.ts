import { afterEach, beforeEach, expect, test } from "bun:test";
import { lintTemplate } from "../../../../server/delivery/index.ts";
import { starters } from "../../../../server/features/templates/templates.service.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp(() => 1_000);
  workspace = fixture.newWorkspace("Acme <Ltd>");
});
afterEach(() => fixture.close());

const call = workspaceRequests(() => ({ app: fixture, workspaceId: workspace.id }), "editor");

test("a template can be created, saved in part, listed without its source, and deleted", async () => {
  const created = await (await call("POST", "/templates", { name: "Mine", kind: "html" })).json();
  await call("PATCH", `/templates/${created.id}`, { source: "<p>Hi</p>" });
  const read = await call("GET", `/templates/${created.id}`);
  const list = await (await call("GET", "/templates?q=min")).json();

  expect(read.headers.get("etag")).toBe('"2"');
  expect(await read.json()).toMatchObject({ name: "Mine", source: "<p>Hi</p>", version: 2 });
  expect(list.items).toHaveLength(1);
  expect(list.items[0].source).toBeUndefined();
  expect((await call("DELETE", `/templates/${created.id}`)).status).toBe(200);
  expect((await call("GET", `/templates/${created.id}`)).status).toBe(404);
});

test("of two people who save the same version the second gets a conflict, and their change is not stored", async () => {
  await call("POST", "/templates", { name: "Mine" });

  const first = await call(
    "PATCH",
    "/templates/1",
    { source: "first" },
    { headers: { "if-match": '"1"' } },
  );
  const second = await call(
    "PATCH",
    "/templates/1",
    { source: "second" },
    { headers: { "if-match": '"1"' } },
  );
  const nonsense = await call(
    "PATCH",
    "/templates/1",
    { name: "x" },
    { headers: { "if-match": "abc" } },
  );

  expect(first.status).toBe(200);
  expect(second.status).toBe(412);
  expect(await second.json()).toMatchObject({ code: "stale_version" });
  expect(nonsense.status).toBe(422);
  expect(await (await call("GET", "/templates/1")).json()).toMatchObject({ source: "first" });
});

test.each(starters.map((starter) => [starter.key, starter] as const))(
  "the starter %s compiles without problems, has the legal links and stays below Gmail's limit",
  async (_key, starter) => {
    const compiled = await (
      await call("POST", "/templates/compile", { kind: starter.kind, source: starter.source })
    ).json();
    const { id } = await (
      await call("POST", "/templates", { name: "Copy", starter: starter.key })
    ).json();

    expect(compiled.problems).toEqual([]);
    expect(lintTemplate(starter.subject, { where: "subject" })).toEqual([]);
    expect(compiled.html).toContain("Unsubscribe</a>");
    expect(compiled.html).toContain("1 Test Street, Berlin");
    expect(compiled.html).toContain("Acme &lt;Ltd&gt;");
    expect(compiled.html).not.toContain("{{");
    expect(compiled.text).toContain("Acme <Ltd>");
    expect(compiled.html.length).toBeLessThan(40_000);
    expect(compiled.html).not.toMatch(/<(img|link|script)\b|@import|https?:\/\/fonts/);
    expect(await (await call("GET", `/templates/${id}`)).json()).toMatchObject({
      kind: "mjml",
      source: starter.source,
    });
  },
);

test("compiling reports a mistake with its line and shows the requested contact's values", async () => {
  const db = fixture.databases.workspace(workspace.id);
  db.prepare(
    `INSERT INTO contact (email, address, domain, first_name, fields, created_at, updated_at)
     VALUES ('ann@x.test', 'ann@x.test', 'x.test', '<b>Ann</b>', '{"city":"Ulm"}', 0, 0)`,
  ).run();
  db.exec(
    "INSERT INTO contact_field (key, label, type, created_at) VALUES ('city', 'City', 'text', 0)",
  );
  const compile = async (source: string, contactId?: number) =>
    await (await call("POST", "/templates/compile", { kind: "html", source, contactId })).json();

  const good = await compile("<p>{{ contact.first_name }} in {{ contact.city }}</p>", 1);
  const broken = await compile("<p>\n{% if contact.email %}</p>");
  const unknown = await compile("<p>{{ contact.cty }}</p>");
  const hostile = await compile("<p>{% include '/etc/passwd' %}</p>");

  expect(good).toMatchObject({ problems: [] });
  expect(good.html).toContain("&lt;b&gt;Ann&lt;/b&gt; in Ulm");
  expect(broken.problems[0]).toMatchObject({ severity: "error", line: 2 });
  expect(unknown.problems[0]).toMatchObject({ severity: "warning" });
  expect(hostile.problems[0]).toMatchObject({ severity: "error" });
  expect(
    (await call("POST", "/templates/compile", { kind: "html", source: "", contactId: 9 })).status,
  ).toBe(404);
});

test.each([
  [{ name: "" }, 422],
  [{ name: "x", starter: "nope" }, 422],
  [{ name: "x", subject: "a\r\nBcc: b@c.example" }, 422],
  [{ name: "x", kind: "php" }, 422],
  [{ name: "x", source: "y".repeat(1_000_001) }, 422],
])("refuses %#", async (body, status) => {
  expect((await call("POST", "/templates", body)).status).toBe(status);
});

test("a viewer can read and compile, and changes nothing", async () => {
  await call("POST", "/templates", { name: "Mine" });
  const asViewer = { as: "viewer" as const };

  expect((await call("GET", "/template-starters", undefined, asViewer)).status).toBe(200);
  expect(
    (await call("POST", "/templates/compile", { kind: "html", source: "" }, asViewer)).status,
  ).toBe(200);
  expect((await call("POST", "/templates", { name: "x" }, asViewer)).status).toBe(403);
  expect((await call("PATCH", "/templates/1", { name: "x" }, asViewer)).status).toBe(403);
  expect((await call("DELETE", "/templates/1", undefined, asViewer)).status).toBe(403);
});
