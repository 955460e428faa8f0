import { renameSync, rmSync } from "node:fs";
import { log } from "../log.ts";
import { noteDamage } from "./damage.store.ts";
import { type Connection, type ConnectionOptions, openConnection } from "./driver.ts";
import { faultOf } from "./file-fault.ts";
import { migrate } from "./migrate.ts";

/**
 * Opens an inbox file and migrates it. A damaged file is renamed and replaced by an empty one: it contains only
 * captured and received mail, and nothing else depends on it.
 *
 * @throws Error when it cannot be opened for another reason.
 */
export function openInbox(
  system: Connection,
  path: string,
  options: ConnectionOptions,
): Connection {
  try {
    return open(path, options);
  } catch (error) {
    const reason = faultOf(error)?.reason;
    if (reason !== "not_a_database" && reason !== "damaged") {
      throw error;
    }
    const at = Date.now();
    const kept = `${path}.damaged-${at}`;
    renameSync(path, kept);
    // The log and its index belong to the renamed file.
    rmSync(`${path}-wal`, { force: true });
    rmSync(`${path}-shm`, { force: true });
    log.error({ path, kept, err: error }, "an inbox file is damaged and is replaced by a new one");
    noteDamage(system, { at, kind: "inbox_damaged", path, bytes: 0, records: 0, kept });
    return open(path, options);
  }
}

function open(path: string, options: ConnectionOptions): Connection {
  const db = openConnection(path, options);
  try {
    migrate(db, "inbox");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
