import { afterEach, beforeEach, expect, test } from "bun:test";
import { seenVersion } from "../../../../server/platform/db/workspace-seen.store.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let app: TestApp;
let workspaceId: string;
beforeEach(() => {
  app = newTestApp();
  workspaceId = app.newWorkspace().id;
});
afterEach(() => app.close());

const call = workspaceCalls(() => ({ app, workspaceId }), "admin");
const inFile = () =>
  app.databases
    .workspace(workspaceId)
    .prepare<[], number>("SELECT n FROM consent_version")
    .pluck()
    .get();

test("before a suppression is confirmed, system.db records that the workspace's file has it", async () => {
  for (let i = 1; i <= 3; i++) {
    const { status } = await call("POST", "/suppressions", { addresses: [`p${i}@x.example`] });

    expect(status).toBe(200);
    expect(inFile()).toBe(i);
    expect(seenVersion(app.databases.system, workspaceId)).toBe(i);
  }
});

test("an action in one workspace does not affect the others' records", async () => {
  const other = app.newWorkspace().id;

  await call("POST", "/suppressions", { addresses: ["p@x.example"] });

  expect(seenVersion(app.databases.system, other)).toBe(0);
});
