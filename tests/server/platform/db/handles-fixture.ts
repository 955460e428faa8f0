import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { setAsideRows } from "../../../../server/platform/db/set-aside.store.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { addWorkspace } from "../../../support/workspace-row.ts";

/** The code of the error that `work` ends with, or "none". */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

/** A data folder with the databases of one process open on it. */
export class WorkspaceHandles {
  readonly folder = mkdtempSync(join(tmpdir(), "swiftmail-handles-"));
  databases: Databases = openDatabases(this.folder);
  /** The databases of further threads, closed at the end too. */
  readonly more: Databases[] = [];

  close(): void {
    for (const each of [this.databases, ...this.more]) {
      each.close();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A workspace with one contact. */
  newWorkspace(): string {
    const id = addWorkspace(this.databases);
    this.databases
      .workspace(id)
      .exec(
        "INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES ('a@b.test', 'a@b.test', 'b.test', 0, 0)",
      );
    return id;
  }

  path(id: string): string {
    return workspacePath(this.folder, id);
  }

  /** Which workspaces are set aside, and why. */
  asides(): [id: string, reason: string][] {
    return setAsideRows(this.databases.system).map(({ workspaceId, reason }) => [
      workspaceId,
      reason,
    ]);
  }

  asIfRestarted(): void {
    this.databases.close();
    this.databases = openDatabases(this.folder);
  }
}
