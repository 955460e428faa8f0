// Changes that left no audit entry in earlier versions, made over HTTP against the whole application.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceAsks } from "../../../support/calls.ts";

let fixture: TestApp;
let own: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  own = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const ask = workspaceAsks(() => ({ app: fixture, workspaceId: own.id }), "owner");
/** A condition that is true if the row has not changed since its creation. */
const ifFirst = { headers: { "if-match": '"1"' } };

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
  const list = await ask("POST", "/lists", { name: "News" });
  const contact = await ask("POST", "/contacts", { email: "ann@example.com" });
  const target = String(contact.id);

  await ask("PATCH", `/lists/${list.id}`, { name: "Newsletter" });
  expect(lastEntry()).toEqual({
    ...{ workspaceId: own.id, action: "list.change", target: String(list.id), detail: {} },
  });
  await ask("PUT", `/lists/${list.id}/contacts/${contact.id}`, { status: "subscribed" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "list.membership", detail: { contact: contact.id, status: "subscribed" } },
  });
  await ask("PATCH", `/contacts/${contact.id}`, { firstName: "Ann Unmistakable" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "contact.update", target, detail: { fields: ["firstName"] } },
  });
  expect(JSON.stringify(lastEntry())).not.toContain("Unmistakable");
  const note = await ask("POST", `/contacts/${contact.id}/notes`, { text: "Called her" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "contact_note.create", target, detail: { note: note.id } },
  });
  await ask("DELETE", `/contacts/${contact.id}/notes/${note.id}`);
  expect(lastEntry()).toMatchObject({ action: "contact_note.delete", target });
  const field = await ask("POST", "/contact-fields", { key: "size", label: "Size", type: "text" });
  expect(lastEntry()).toMatchObject({
    ...{ action: "contact_field.create", target: String(field.id) },
  });
});

test("saving campaigns and templates", async () => {
  const campaign = await ask("POST", "/campaigns", { name: "May" });
  await ask("PATCH", `/campaigns/${campaign.id}`, { name: "June" }, ifFirst);
  expect(lastEntry()).toMatchObject({
    ...{ action: "campaign.change", target: String(campaign.id) },
    detail: { fields: ["name"] },
  });
  await ask("POST", `/campaigns/${campaign.id}/duplicate`);
  expect(lastEntry()).toMatchObject({ action: "campaign.create", target: "2" });

  const template = await ask("POST", "/templates", { name: "Plain" });
  await ask("PATCH", `/templates/${template.id}`, { name: "Plainer" }, ifFirst);
  expect(lastEntry()).toMatchObject({ action: "template.change", target: String(template.id) });
});
