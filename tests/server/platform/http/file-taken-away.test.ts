// SQLite continues to write to a removed file: nothing written there may be confirmed.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const addContact = (email: string) =>
  fixture.call(
    { role: "owner", workspaceId: workspace.id },
    "POST",
    `/workspaces/${workspace.id}/contacts`,
    { email },
  );

// The handle checks every two seconds by itself; these requests are answered long before.
test.each([
  ["the file and its log", ["", "-wal", "-shm"]],
  ["its log alone", ["-wal"]],
])("no contact is accepted after %s were removed, however soon it arrives", async (_, ends) => {
  expect((await addContact("before@reader.example")).status).toBe(200);
  const path = fixture.databases.workspace(workspace.id).name;
  for (const end of ends) {
    rmSync(path + end);
  }

  const answers = [];
  for (let i = 0; i < 15; i++) {
    answers.push((await addContact(`person${i}@reader.example`)).status);
  }

  expect(answers).toEqual(Array(15).fill(503));
});
