// A link to a file works only as long as its creator may download the file.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";
import { runTaskOf } from "../../../support/run-task.ts";

let fixture: AccountsApp;
let owner: SignedUp;
let colleague: { userId: string; cookie: string };
let link: string;

beforeEach(async () => {
  fixture = newAccountsApp();
  owner = await fixture.signUp("owner@agency.example");
  colleague = await joinAs(fixture, owner, "colleague@agency.example", "admin");
  const exports = `/workspaces/${owner.workspaceId}/exports`;
  const started = await fixture.call(colleague.cookie, "POST", exports, { kind: "contacts" });
  const { id } = (await started.json()) as { id: number };
  await runTaskOf(fixture, owner.workspaceId, id);
  const made = await fixture.call(colleague.cookie, "POST", `${exports}/${id}/link`);
  link = ((await made.json()) as { path: string }).path.replace("/api/v1", "");
});
afterEach(() => fixture.close());

const statusOfLink = async () => (await fixture.call(null, "GET", link)).status;
const system = (sql: string) => fixture.databases.system.prepare(sql).run(colleague.userId);

test("a link works for anyone who has it while its creator may export", async () => {
  expect(await statusOfLink()).toBe(200);
});

test.each([
  ["was made a viewer", "UPDATE membership SET role = 'viewer' WHERE user_id = ?"],
  ["was removed", "DELETE FROM membership WHERE user_id = ?"],
  ["was disabled", "UPDATE user SET disabled_at = 1 WHERE id = ?"],
])(
  "a link whose creator %s downloads nothing, and works again once the permission is back",
  async (_, sql) => {
    fixture.databases.system.exec("SAVEPOINT before");
    system(sql);
    expect(await statusOfLink()).toBe(404);

    fixture.databases.system.exec("ROLLBACK TO before; RELEASE before");
    expect(await statusOfLink()).toBe(200);
  },
);

test("a link created with an API key ends with the key", async () => {
  const { workspaceId, cookie } = owner;
  const body = { name: "Key", scopes: ["contacts:export"] };
  const made = await fixture.call(cookie, "POST", `/workspaces/${workspaceId}/api-keys`, body);
  const { key, id } = (await made.json()) as { key: string; id: string };
  const asked = await fixture.call(key, "POST", `/workspaces/${workspaceId}/exports/1/link`);
  link = ((await asked.json()) as { path: string }).path.replace("/api/v1", "");
  expect(await statusOfLink()).toBe(200);

  await fixture.call(cookie, "DELETE", `/workspaces/${workspaceId}/api-keys/${id}`);

  expect(await statusOfLink()).toBe(404);
});
