import { isDiskFull } from "../disk-full.ts";
import { isBusy } from "./busy.ts";
import { type Connection, type ConnectionOptions, openConnection } from "./driver.ts";
import { FileFault, faultOf, noTablesFault } from "./file-fault.ts";
import { requireIdentity } from "./file-identity.store.ts";
import { migrate } from "./migrate.ts";

/**
 * Creates the file of a workspace. Checkpoints at once, so that the tables are in the file itself and a lost log loses
 * only its own content.
 */
export function newWorkspaceFile(path: string, id: string, options: ConnectionOptions): Connection {
  const db = openConnection(path, options);
  try {
    migrate(db, "workspace");
    requireIdentity(db, id);
    db.pragma("wal_checkpoint(PASSIVE)");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens the file of a workspace and migrates it.
 *
 * @throws FileFault, also when it belongs to another workspace; SQLite errors.
 */
export function openExisting(path: string, id: string, options: ConnectionOptions): Connection {
  const db = openConnection(path, { ...options, mustExist: true });
  try {
    if (Number(db.pragma("user_version", { simple: true })) === 0) {
      throw noTablesFault(path);
    }
    migrateExisting(db);
    requireIdentity(db, id);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrateExisting(db: Connection): void {
  try {
    migrate(db, "workspace");
  } catch (error) {
    const isPassing = isBusy(error) || isDiskFull(error);
    throw isPassing || faultOf(error) ? error : new FileFault("migration_failed", String(error));
  }
}
