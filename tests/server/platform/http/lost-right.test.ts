// A permission lost while a write waits for a lock counts.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";

let fixture: AccountsApp;
let owner: SignedUp;
let colleague: { userId: string; cookie: string };
let system: Connection;
let workspace: Connection;

beforeEach(async () => {
  fixture = newAccountsApp();
  owner = await fixture.signUp("owner@agency.example", { isAdmin: true });
  colleague = await joinAs(fixture, owner, "colleague@agency.example", "admin");
  system = openConnection(join(fixture.dataDir, "system.db"));
  workspace = openConnection(join(fixture.dataDir, `t_${owner.workspaceId}.db`));
});
afterEach(() => {
  system.close();
  workspace.close();
  fixture.close();
});

const tags = () =>
  fixture.databases.workspace(owner.workspaceId).prepare("SELECT count(*) FROM tag").pluck().get();
const addTag = (cookie: string) =>
  fixture.call(cookie, "POST", `/workspaces/${owner.workspaceId}/tags`, { name: "VIP" });

/** Makes the request wait for a lock of `db`, during which `meanwhile` runs. */
async function whileLocked(
  db: Connection,
  request: () => Promise<Response>,
  meanwhile: () => void,
): Promise<Response> {
  db.exec("BEGIN IMMEDIATE");
  const answer = request();
  await Bun.sleep(300);
  meanwhile();
  db.exec("COMMIT");
  return await answer;
}

test.each(["system.db", "the workspace"])(
  "a member who is removed while the write waits for a lock of %s changes nothing",
  async (name) => {
    const removed = () =>
      system.prepare("DELETE FROM membership WHERE user_id = ?").run(colleague.userId);

    const answer = await whileLocked(
      name === "system.db" ? system : workspace,
      () => addTag(colleague.cookie),
      removed,
    );

    expect(answer.status).toBe(403);
    expect(tags()).toBe(0);
  },
);

test("a person signed out while the write waits changes nothing", async () => {
  const answer = await whileLocked(
    workspace,
    () => addTag(colleague.cookie),
    () => system.prepare("DELETE FROM session WHERE user_id = ?").run(colleague.userId),
  );

  expect(answer.status).toBe(401);
  expect(tags()).toBe(0);
});

test("a person who is no longer an administrator when the write's turn comes is refused", async () => {
  const answer = await whileLocked(
    system,
    () => fixture.call(owner.cookie, "PATCH", "/instance/settings", { allowPrivateRelays: true }),
    () => system.prepare("UPDATE user SET is_admin = 0 WHERE id = ?").run(owner.userId),
  );

  expect(answer.status).toBe(403);
});

test("a write that had to wait succeeds when nothing was taken away", async () => {
  const answer = await whileLocked(
    workspace,
    () => addTag(colleague.cookie),
    () => undefined,
  );

  expect(answer.status).toBe(200);
  expect(tags()).toBe(1);
});
