// Changes that left no trace when each route recorded by hand, made over HTTP against the whole application.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

let fixture: TestApp;
let own: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  own = fixture.newWorkspace();
});
afterEach(() => fixture.close());

async function call(method: string, path: string, body?: unknown, headers = {}) {
  const as = { role: "owner", workspaceId: own.id } as const;
  const response = await fixture.call(as, method, `/workspaces/${own.id}${path}`, body, headers);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as { id: number };
}

function lastEntry() {
  const { system } = fixture.databases;
  const row = system
    .prepare<[], { workspaceId: string; action: string; target: string; detail: string }>(
      `SELECT workspace_id AS workspaceId, action, target, detail
         FROM audit ORDER BY id DESC LIMIT 1`,
    )
    .get();
  return { ...row, detail: JSON.parse(row?.detail ?? "null") as unknown };
}

test("lists, memberships, contacts, notes and fields", async () => {
  const list = await call("POST", "/lists", { name: "News" });
  const contact = await call("POST", "/contacts", { email: "ann@example.com" });
  const target = String(contact.id);

  await call("PATCH", `/lists/${list.id}`, { name: "Newsletter" });
  expect(lastEntry()).toEqual({
    ...{ workspaceId: own.id, action: "list.change", target: String(list.id), detail: {} },
  });
  await call("PUT", `/lists/${list.id}/contacts/${contact.id}`, { status: "subscribed" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "list.membership", detail: { contact: contact.id, status: "subscribed" } },
  });
  await call("PATCH", `/contacts/${contact.id}`, { firstName: "Ann Unmistakable" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "contact.update", target, detail: { fields: ["firstName"] } },
  });
  expect(JSON.stringify(lastEntry())).not.toContain("Unmistakable");
  const note = await call("POST", `/contacts/${contact.id}/notes`, { text: "Called her" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "contact_note.create", target, detail: { note: note.id } },
  });
  await call("DELETE", `/contacts/${contact.id}/notes/${note.id}`);
  expect(lastEntry()).toMatchObject({ action: "contact_note.delete", target });
  const field = await call("POST", "/contact-fields", { key: "size", label: "Size", type: "text" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "contact_field.create", target: String(field.id) },
  });
});

test("campaigns and templates that are saved", async () => {
  const campaign = await call("POST", "/campaigns", { name: "May" });
  await call("PATCH", `/campaigns/${campaign.id}`, { name: "June" }, { "if-match": '"1"' });
  expect(lastEntry()).toMatchObject({
    ...{ action: "campaign.change", target: String(campaign.id) },
    detail: { fields: ["name"] },
  });
  await call("POST", `/campaigns/${campaign.id}/duplicate`);
  expect(lastEntry()).toMatchObject({ action: "campaign.create", target: "2" });

  const template = await call("POST", "/templates", { name: "Plain" });
  await call("PATCH", `/templates/${template.id}`, { name: "Plainer" }, { "if-match": '"1"' });
  expect(lastEntry()).toMatchObject({ action: "template.change", target: String(template.id) });
});
