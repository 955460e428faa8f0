import { afterEach, beforeEach, expect, test } from "bun:test";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let base: string;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  base = `/workspaces/${workspace.id}`;
});
afterEach(() => fixture.close());

const as = (role: "viewer" | "editor" | "admin") => ({ role, workspaceId: workspace.id });

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "editor");

const add = async (email: string, extra: Record<string, unknown> = {}) =>
  (await call("POST", "/contacts", { email, ...extra })).body as { id: number };

test("creates a contact in normal form, and refuses the same address in another case", async () => {
  const first = await call("POST", "/contacts", {
    email: " Zoë.Lee@MÜNCHEN.de",
    firstName: "Zoë\n",
    language: "pt_BR",
  });
  const second = await call("POST", "/contacts", { email: "zoë.LEE@xn--mnchen-3ya.de" });

  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({
    email: "Zoë.Lee@MÜNCHEN.de",
    address: "zoë.lee@xn--mnchen-3ya.de",
    firstName: "Zoë",
    language: "pt-BR",
    status: "mailable",
    lists: [],
  });
  expect(second.status).toBe(409);
  expect(second.body.fields[0].field).toBe("email");
});

test("says for each field what is wrong with it", async () => {
  await call("POST", "/contact-fields", { label: "Born on", type: "date" });

  const refused = await call("POST", "/contacts", {
    email: "nobody",
    language: "??",
    fields: { born_on: "31.2.2020", shoe: 4 },
  });

  expect(refused.status).toBe(422);
  expect(refused.body.fields).toEqual([
    { field: "email", reason: "it does not contain an @", code: "address_without_at" },
    {
      field: "language",
      reason: "is not a language code such as en or pt-BR",
      code: "not_a_language",
    },
    {
      field: "fields.born_on",
      reason: 'the date "31.2.2020" does not exist',
      code: "value_unknown_date",
      params: { text: "31.2.2020" },
    },
    { field: "fields.shoe", reason: "is not a field in this workspace", code: "not_a_field" },
  ]);
});

test("changes only what is named, and removes a custom field that is set to null", async () => {
  await call("POST", "/contact-fields", { label: "City", type: "text" });
  const { id } = await add("a@example.com", { firstName: "Ann", fields: { city: "Köln" } });

  const renamed = await call("PATCH", `/contacts/${id}`, { lastName: "Lee" });
  const cleared = await call("PATCH", `/contacts/${id}`, { fields: { city: null } });

  expect(renamed.body).toMatchObject({
    firstName: "Ann",
    lastName: "Lee",
    fields: { city: "Köln" },
  });
  expect(cleared.body.fields).toEqual({});
});

test("an address cannot be changed to another contact's", async () => {
  await add("taken@example.com");
  const { id } = await add("b@example.com");

  expect((await call("PATCH", `/contacts/${id}`, { email: "TAKEN@example.com" })).status).toBe(409);
  expect((await call("GET", `/contacts/${id}`)).body.address).toBe("b@example.com");
});

test("finds by the start of address, first name, last name and domain, each contact once", async () => {
  await add("anna@example.com", { firstName: "Anna", lastName: "Annable" });
  await add("b@anna.example", { firstName: "Bea" });
  await add("c@example.com", { firstName: "ANNA", lastName: "Öztürk" });
  await add("d@example.com", { firstName: "Dora", lastName: "Annan" });
  const search = async (q: string) =>
    (await call("GET", `/contacts?q=${encodeURIComponent(q)}`)).body.items
      .map((contact: { email: string }) => contact.email[0])
      .sort()
      .join("");

  expect(await search("anna")).toBe("abcd");
  expect(await search("öztürk")).toBe("c");
  expect(await search("Anna Ö")).toBe("c");
  expect(await search("annan dora")).toBe("d");
  expect(await search("@example.com")).toBe("acd");
  expect(await search("c@ex")).toBe("c");
  expect(await search("%")).toBe("");
  expect(await search("' OR 1=1 --")).toBe("");
});

test("pages through every contact exactly once, newest first, while others arrive", async () => {
  for (let i = 0; i < 25; i++) {
    await add(`n${i}@example.com`);
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await call(
      "GET",
      `/contacts?limit=10${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    seen.push(...page.body.items.map((contact: { email: string }) => contact.email));
    cursor = page.body.nextCursor;
    await add(`late${seen.length}@example.com`);
  } while (cursor !== null);

  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `n${24 - i}@example.com`));
});

test("refuses a cursor that it did not issue", async () => {
  for (const cursor of ["x", btoa('["list",0,0,1,1]'), btoa('["evil",0,"a",1]')]) {
    expect((await call("GET", `/contacts?cursor=${cursor}`)).status).toBe(422);
  }
});

test("mailable contacts are counted beyond the limit of one walk", async () => {
  const db = fixture.databases.workspace(workspace.id);
  const added = 25_000;
  const insert = db.prepare(
    "INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES (?, ?, 'x.example', 1, 1)",
  );
  db.exec("BEGIN");
  for (let n = 0; n < added; n++) {
    insert.run(`p${n}@x.example`, `p${n}@x.example`);
  }
  db.prepare("UPDATE audience_count SET n = ? WHERE name = 'contacts'").run(added);
  db.exec("COMMIT");
  await call("POST", "/suppressions", { addresses: ["p7@x.example", "nobody@x.example"] });
  const count = await call("GET", "/contacts/count?status=mailable");
  expect(count.body).toEqual({ count: added - 1, exact: true });
});

test("filters by status and list, and counts alike", async () => {
  const list = (await call("POST", "/lists", { name: "News" })).body.id;
  const { id } = await add("in@example.com", { listIds: [list] });
  await add("out@example.com");
  await add("gone@example.com", { listIds: [list] });
  await call("POST", "/suppressions", { addresses: ["gone@example.com"], reason: "unsubscribed" });
  await call("POST", "/suppressions", { addresses: ["out@example.com", "who@example.com"] });
  const emails = async (query: string) => {
    const page = await call("GET", `/contacts?${query}`);
    const count = await call("GET", `/contacts/count?${query}`);
    expect(count.body).toEqual({ count: page.body.items.length, exact: true });
    return page.body.items.map((contact: { email: string }) => contact.email);
  };

  expect(await emails("status=mailable")).toEqual(["in@example.com"]);
  expect(await emails("status=unsubscribed")).toEqual(["gone@example.com"]);
  expect(await emails("status=suppressed")).toEqual(["out@example.com"]);
  expect(await emails(`list=${list}`)).toEqual(["gone@example.com", "in@example.com"]);
  expect(await emails(`list=${list}&status=mailable`)).toEqual(["in@example.com"]);
  expect(await emails(`list=${list}&q=gone`)).toEqual(["gone@example.com"]);
  expect((await call("GET", "/contacts/count")).body).toEqual({ count: 3, exact: true });

  await call("DELETE", `/contacts/${id}`);
  expect((await call("GET", "/contacts/count")).body.count).toBe(2);
  expect((await call("GET", `/lists/${list}`)).body.subscribed).toBe(1);
});

test("lists a contact's events, newest first", async () => {
  const list = (await call("POST", "/lists", { name: "News" })).body.id;
  const { id } = await add("a@example.com", { listIds: [list] });
  const db = fixture.databases.workspace(workspace.id);
  const later = Date.now() + 1_000;
  db.exec(`INSERT INTO campaign (id, name, created_by, created_at, updated_at) VALUES (7, 'May', 'u', 0, 0);
    INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at)
      VALUES (7, 1, ${id}, 'a@example.com', 3, ${later});
    INSERT INTO event (at, kind, campaign_id, seq, contact_id, class, rule)
      VALUES (${later + 1}, 'open', 7, 1, ${id}, 'human', 'default')`);

  const first = await call("GET", `/contacts/${id}/timeline?limit=2`);
  const rest = await call("GET", `/contacts/${id}/timeline?cursor=${first.body.nextCursor}`);

  expect(first.body.items).toMatchObject([
    { kind: "event", what: "open", campaignName: "May", detail: "human" },
    { kind: "message", what: "sent", campaignId: 7, seq: 1 },
  ]);
  expect(rest.body.items).toMatchObject([
    { kind: "list", what: "subscribed", listName: "News", detail: "manual" },
    { kind: "consent", what: "given" },
    { kind: "created", detail: "manual" },
  ]);
  expect(rest.body.nextCursor).toBeNull();
});

test("a viewer can read and change nothing; another workspace's contacts are not found", async () => {
  const { id } = await add("a@example.com");
  const other = fixture.newWorkspace();
  const stranger = { role: "owner" as const, workspaceId: other.id };

  expect((await call("GET", `/contacts/${id}`, undefined, { as: "viewer" })).status).toBe(200);
  for (const [method, path, body] of [
    ["POST", "/contacts", { email: "x@example.com" }],
    ["PATCH", `/contacts/${id}`, { firstName: "X" }],
    ["DELETE", `/contacts/${id}`, undefined],
    ["POST", "/contacts/bulk", { action: "delete", ids: [id] }],
    ["POST", "/contact-fields", { label: "X", type: "text" }],
  ] as const) {
    expect((await call(method, path, body, { as: "viewer" })).status).toBe(403);
    expect((await fixture.call(stranger, method, `${base}${path}`, body)).status).toBe(404);
    expect((await fixture.call(null, method, `${base}${path}`, body)).status).toBe(401);
  }
  const elsewhere = await fixture.call(stranger, "GET", `/workspaces/${other.id}/contacts/${id}`);
  expect(elsewhere.status).toBe(404);
});

test("custom fields: the key is derived from the label, reserved names are avoided, removal hides the values", async () => {
  const made = await call("POST", "/contact-fields", { label: "Größe (cm)", type: "number" });
  const reserved = await call("POST", "/contact-fields", { label: "Language", type: "text" });
  const taken = await call("POST", "/contact-fields", {
    key: "grosse_cm",
    label: "x",
    type: "text",
  });
  const bad = await call("POST", "/contact-fields", { key: "email", label: "x", type: "text" });
  const { id } = await add("a@example.com", { fields: { grosse_cm: "1.234,5" } });

  expect(made.body).toMatchObject({ key: "grosse_cm", type: "number" });
  expect(reserved.body.key).toBe("language_2");
  expect([taken.status, bad.status]).toEqual([409, 422]);
  expect((await call("GET", `/contacts/${id}`)).body.fields).toEqual({ grosse_cm: 1234.5 });
});

test("a repeated create request with one Idempotency-Key creates once", async () => {
  const send = () =>
    fixture.call(
      as("editor"),
      "POST",
      `${base}/contacts`,
      { email: "a@example.com" },
      {
        "idempotency-key": "k1",
      },
    );
  const [first, second] = [await send(), await send()];

  expect([first.status, second.status]).toEqual([200, 200]);
  expect(await second.json()).toEqual(await first.json());
});
