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
 * The fault of a file that belongs to another workspace: its people must not be shown or mailed under this one's name.
 * undefined when it belongs to this one, or when it does not say, because no version that writes it down has opened it.
 */
export function identityFault(db: Connection, workspaceId: string): FileFault | undefined {
  const owner = selectOwner(db).get()?.workspaceId;
  return owner === undefined || owner === workspaceId
    ? undefined
    : new FileFault("other_workspace", `the file belongs to the workspace ${owner}`);
}

/**
 * Writes down that the file belongs to the workspace, unless that is written already.
 *
 * @throws FileFault when it belongs to another one; errors of SQLite.
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
