import { afterEach, expect, test } from "bun:test";
import { createApiKey } from "../../../../server/features/api-keys/api-keys.service.ts";
import { type AccountsApp, newAccountsApp } from "../../../support/accounts.ts";

let fixture: AccountsApp;
afterEach(() => fixture.close());

test("a key without permission to read contacts previews with a made-up person and cannot choose a real one", async () => {
  fixture = newAccountsApp();
  const { workspaceId, userId, cookie } = await fixture.signUp("owner@example.net");
  const { system } = fixture.databases;
  const scopes = ["campaigns:read", "templates:read"];
  const input = { workspaceId, userId, name: "Narrow", scopes, can: () => true };
  const { key } = createApiKey(system, input, Date.now());
  fixture.databases.workspace(workspaceId).exec(`
    INSERT INTO contact (email, address, domain, first_name, created_at, updated_at)
    VALUES ('secret@x.test', 'secret@x.test', 'x.test', 'Secret', 0, 0)`);
  const at = `/workspaces/${workspaceId}`;
  const source = "<p>{{ contact.first_name }} {{ contact.email }}</p>";
  const made = await fixture.call(cookie, "POST", `${at}/campaigns`, {
    name: "C",
    bodySource: source,
  });
  const { id } = await made.json();
  const body = { kind: "html", source };

  const own = await fixture.call(cookie, "POST", `${at}/campaigns/${id}/preview`, {});
  const answers = [
    await fixture.call(key, "POST", `${at}/campaigns/${id}/preview`, {}),
    await fixture.call(key, "POST", `${at}/templates/compile`, body),
  ];
  const chosen = [
    await fixture.call(key, "POST", `${at}/campaigns/${id}/preview`, { contactId: 1 }),
    await fixture.call(key, "POST", `${at}/templates/compile`, { ...body, contactId: 1 }),
  ];

  expect(await own.text()).toContain("Secret secret@x.test");
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toContain("Ada");
    expect(text.toLowerCase()).not.toContain("secret");
  }
  expect(chosen.map((answer) => answer.status)).toEqual([403, 403]);
});
