import { afterEach, beforeEach, expect, test } from "bun:test";
import { mergeContacts } from "../../../../server/features/contacts/contact-merge.ts";
import { changeContact } from "../../../../server/features/contacts/contacts.service.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

// Several threads write to a workspace: a commit of one must survive while another is about to begin.

const by = { actorId: "test", now: 1_800_000_000_000 };
let fixture: TestApp;
let workspace: TestWorkspace;
let others: Databases;
let db: Connection;

beforeEach(async () => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  others = openDatabases(fixture.dataDir);
  db = fixture.databases.workspace(workspace.id);
  for (const email of ["ann@a.example", "ann@b.example"]) {
    const who = { role: "editor" as const, workspaceId: workspace.id };
    await fixture.call(who, "POST", `/workspaces/${workspace.id}/contacts`, { email });
  }
});
afterEach(() => {
  others.close();
  fixture.close();
});

/** Lets another connection commit this right before the next transaction takes the write lock. */
function justBefore(sql: string): void {
  const begin = db.transaction.bind(db);
  let isDone = false;
  db.transaction = ((work: never) => {
    if (!isDone) {
      isDone = true;
      others.workspace(workspace.id).exec(sql);
    }
    return begin(work);
  }) as typeof db.transaction;
}

test("a change of one value keeps another one changed at the same moment", () => {
  justBefore("UPDATE contact SET last_name = 'Other', tracking_off = 1 WHERE id = 1");

  const changed = changeContact(db, 1, { firstName: "Ann" }, by);

  expect(changed).toMatchObject({ firstName: "Ann", lastName: "Other", trackingOff: true });
});

test("a merge includes what the disappearing contact got at the same moment", () => {
  justBefore("UPDATE contact SET last_name = 'Other', tracking_off = 1 WHERE id = 2");

  const merged = mergeContacts(db, { keep: 1, from: 2 }, by);

  expect(merged).toMatchObject({ lastName: "Other", trackingOff: true });
});
