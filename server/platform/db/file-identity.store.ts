import type { Connection } from "./driver.ts";
import { FileFault } from "./file-fault.ts";
import { statement } from "./statements.ts";

const selectOwner = statement<[], { workspaceId: string }>(
  "SELECT workspace_id AS workspaceId FROM file_identity",
);

const insertOwner = statement<[workspaceId: string]>(
  "INSERT OR IGNORE INTO file_identity (one, workspace_id) VALUES (1, ?)",
);

/**
 * The fault of a file that belongs to another workspace, whose people must not be shown or mailed under this
 * workspace's name. Undefined if it belongs to this workspace, or if it contains no owner because no version that
 * records one has opened it.
 */
export function identityFault(db: Connection, workspaceId: string): FileFault | undefined {
  const owner = selectOwner(db).get()?.workspaceId;
  return owner === undefined || owner === workspaceId
    ? undefined
    : new FileFault("other_workspace", `the file belongs to the workspace ${owner}`);
}

/**
 * Records that the file belongs to the workspace, unless an owner is already recorded.
 *
 * @throws FileFault when it belongs to another workspace; errors of SQLite.
 */
export function requireIdentity(db: Connection, workspaceId: string): void {
  if (selectOwner(db).get() === undefined) {
    insertOwner(db).run(workspaceId);
  }
  const fault = identityFault(db, workspaceId);
  if (fault !== undefined) {
    throw fault;
  }
}
