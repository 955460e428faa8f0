import { afterEach, beforeEach, expect, test } from "bun:test";
import { rememberErased } from "../../../../server/features/suppressions/erased.store.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "editor");

test("PUT by address creates a contact, then changes it, then changes nothing", async () => {
  const path = `/contacts/by-address/${encodeURIComponent("Ann+x/y@Example.com")}`;

  const first = await call("PUT", path, { firstName: "Ann" });
  const second = await call("PUT", path.replace("Example", "EXAMPLE"), { lastName: "Lee" });
  const third = await call("PUT", path, { lastName: "Lee" });

  expect([first, second, third].map(({ body }) => body.outcome)).toEqual([
    "created",
    "updated",
    "unchanged",
  ]);
  expect(third.body.contact).toMatchObject({
    id: first.body.contact.id,
    email: "Ann+x/y@Example.com",
    firstName: "Ann",
    lastName: "Lee",
  });
});

test("a batch of 1,000 returns the result of each item, in the order of the items", async () => {
  const list = (await call("POST", "/lists", { name: "News" })).body.id as number;
  await call("POST", "/contacts", { email: "old@example.com", firstName: "Old" });
  await call("POST", "/contacts", { email: "same@example.com" });
  const many = Array.from({ length: 995 }, (_, n) => ({ email: `p${n}@example.com` }));
  const items = [
    { email: "old@example.com", firstName: "New", listIds: [list] },
    { email: "same@example.com" },
    { email: "no address" },
    { email: "p0@example.com", fields: { shoe: 4 } },
    ...many,
    { email: "P1@example.com" },
  ];

  const { status, body } = await call("POST", "/contacts/batch", { items });

  expect(status).toBe(200);
  expect(body).toMatchObject({ created: 995, updated: 1, unchanged: 2, rejected: 2 });
  expect(body.items).toHaveLength(1000);
  expect(body.items.map(({ index }: { index: number }) => index)).toEqual([...items.keys()]);
  expect(body.items[2]).toEqual({
    index: 2,
    outcome: "rejected",
    id: null,
    problems: [{ field: "email", reason: "it does not contain an @" }],
  });
  expect(body.items[3].problems[0].field).toBe("fields.shoe");
  expect((await call("GET", "/contacts/count")).body.count).toBe(997);
  expect((await call("GET", "/contacts?q=old@example.com")).body.items[0].firstName).toBe("New");
  expect((await call("GET", `/contacts?list=${list}`)).body.items).toHaveLength(1);
});

test("a batch of 1,001 is refused whole", async () => {
  const items = Array.from({ length: 1001 }, (_, n) => ({ email: `p${n}@example.com` }));

  expect((await call("POST", "/contacts/batch", { items })).status).toBe(422);
  expect((await call("GET", "/contacts/count")).body.count).toBe(0);
});

test("mode create does not change existing contacts, and mode update creates none", async () => {
  await call("POST", "/contacts", { email: "old@example.com" });
  const items = [
    { email: "old@example.com", firstName: "X" },
    { email: "new@example.com", firstName: "X" },
  ];

  const update = await call("POST", "/contacts/batch", { mode: "update", items });
  const create = await call("POST", "/contacts/batch", { mode: "create", items });

  const outcomes = ({ body }: typeof update) =>
    body.items.map(({ outcome }: { outcome: string }) => outcome);
  expect(outcomes(update)).toEqual(["updated", "rejected"]);
  expect(outcomes(create)).toEqual(["rejected", "created"]);
});

test("a batch with the same Idempotency-Key runs once and is answered twice", async () => {
  const body = { items: [{ email: "once@example.com" }] };
  const key = { "idempotency-key": "batch-1" };

  const first = await call("POST", "/contacts/batch", body, { headers: key });
  const again = await call("POST", "/contacts/batch", body, { headers: key });

  expect(first.body.created).toBe(1);
  expect(again.body).toEqual(first.body);
});

test("memberships in a batch: add never undoes an unsubscribe, subscribe does", async () => {
  const listId = (await call("POST", "/lists", { name: "News" })).body.id as number;
  const id = (await call("POST", "/contacts", { email: "a@example.com" })).body.id as number;
  const items = (["add", "unsubscribe", "add", "subscribe", "subscribe", "remove"] as const).map(
    (action) => ({ email: "A@example.com", listId, action }),
  );

  const { body } = await call("POST", "/contacts/batch-memberships", {
    items: [
      ...items,
      { contactId: id, listId: 99, action: "add" },
      { contactId: 99, listId, action: "add" },
      { email: "nobody@example.com", listId, action: "add" },
      { listId, action: "add" },
    ],
  });

  expect(body.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    "created",
    "updated",
    "unchanged",
    "updated",
    "unchanged",
    "updated",
    "rejected",
    "rejected",
    "rejected",
    "rejected",
  ]);
  expect(
    body.items
      .slice(6)
      .map(({ problems }: { problems: { field: string }[] }) => problems[0]?.field),
  ).toEqual(["listId", "contactId", "email", "contactId"]);
});

test("an erased address is refused by every way of the API", async () => {
  rememberErased(fixture.databases.workspace(workspace.id), "gone@example.com", Date.now());
  const other = (await call("POST", "/contacts", { email: "other@example.com" })).body.id as number;

  const created = await call("POST", "/contacts", { email: "GONE@example.com" });
  const put = await call("PUT", "/contacts/by-address/gone@example.com", {});
  const renamed = await call("PATCH", `/contacts/${other}`, { email: "gone@example.com" });
  const batch = await call("POST", "/contacts/batch", { items: [{ email: "gone@example.com" }] });

  expect([created.status, put.status, renamed.status]).toEqual([409, 409, 409]);
  expect(batch.body.items[0]).toMatchObject({ outcome: "rejected", id: null });
  expect(batch.body.items[0].problems[0].reason).toContain("erased on request");
  expect((await call("GET", "/contacts/count")).body.count).toBe(1);
});

test("values that look like SQL or HTML are stored unchanged", async () => {
  const hostile = `'); DROP TABLE contact; --<script>alert(1)</script>`;

  await call("POST", "/contacts/batch", {
    items: [{ email: "a@example.com", firstName: hostile, lastName: hostile }],
  });

  const found = await call("GET", `/contacts?q=${encodeURIComponent("a@example.com")}`);
  expect(found.body.items[0]).toMatchObject({ firstName: hostile, lastName: hostile });
});
