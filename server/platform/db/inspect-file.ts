import { isDiskFull } from "../disk-full.ts";
import { isBusy } from "./busy.ts";
import { type Connection, type ConnectionOptions, openConnection } from "./driver.ts";
import { FileFault, faultOf, lookAtFile, noTablesFault } from "./file-fault.ts";
import { identityFault } from "./file-identity.store.ts";
import { lookAtLog } from "./log-base.ts";
import { currentVersion, rehearseMigration } from "./migrate.ts";
import { workspaceIdAt } from "./workspace-files.ts";

/**
 * Checks a workspace's whole file and returns its fault; undefined when it is intact. Takes seconds for a large file,
 * so never call it on the HTTP thread. Does not change the file.
 */
export function inspectFile(path: string): FileFault | undefined {
  const seen = lookAtFile(path, currentVersion("workspace"), true) ?? lookAtLog(path);
  if (seen !== undefined) {
    return seen;
  }
  let isCurrent = false;
  const fault = opened(path, { readonly: true }, (db) => {
    isCurrent = versionOf(db) === currentVersion("workspace");
    const fault = inspect(db, path);
    // Only a file of this version is certain to have the table.
    return fault ?? (isCurrent ? identityFault(db, workspaceIdAt(path) ?? "") : undefined);
  });
  return fault ?? (isCurrent ? undefined : migrationFault(path));
}

/** A file that cannot be migrated would be set aside again as soon as it is opened. */
function migrationFault(path: string): FileFault | undefined {
  return opened(path, { mustExist: true }, (db) => {
    try {
      rehearseMigration(db, "workspace");
      return undefined;
    } catch (error) {
      const isPassing = isBusy(error) || isDiskFull(error);
      throw isPassing || faultOf(error) ? error : new FileFault("migration_failed", String(error));
    }
  });
}

function opened(
  path: string,
  options: ConnectionOptions,
  look: (db: Connection) => FileFault | undefined,
): FileFault | undefined {
  let db: Connection | undefined;
  try {
    db = openConnection(path, options);
    return look(db);
  } catch (error) {
    return faultOf(error) ?? new FileFault("unreadable", String(error));
  } finally {
    db?.close();
  }
}

function inspect(db: Connection, path: string): FileFault | undefined {
  const found = String(db.pragma("quick_check(1)", { simple: true }));
  if (found !== "ok") {
    return new FileFault("damaged", found);
  }
  if (versionOf(db) === 0) {
    return noTablesFault(path);
  }
  const [dangling] = db.pragma("foreign_key_check") as { table: string; parent: string }[];
  return (
    dangling &&
    new FileFault(
      "damaged",
      `a row of ${dangling.table} refers to a row of ${dangling.parent} that does not exist`,
    )
  );
}

function versionOf(db: Connection): number {
  return Number(db.pragma("user_version", { simple: true }));
}
