// SQLite goes on writing to a file that was removed: nothing written there may be answered with yes.
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

// The handle looks every two seconds by itself; these are answered long before.
test.each([
  ["the file and its log", ["", "-wal", "-shm"]],
  ["its log alone", ["-wal"]],
])("no contact is accepted once %s were removed, however soon it comes", async (_, ends) => {
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
