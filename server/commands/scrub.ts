import { existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config.ts";
import { type Connection, openConnection } from "../platform/db/driver.ts";
import { isOverwritten, markOverwritten } from "../platform/db/overwritten.ts";
import { isAbsent, systemPath } from "../platform/db/system-file.ts";
import { workspaceIds, workspacePath } from "../platform/db/workspace-files.ts";
import { lockDataFolder } from "../platform/instance-lock.ts";
import type { Terminal } from "./terminal.ts";

const MIB = 1024 * 1024;

/**
 * Writes the database files anew that are from before deleted content was overwritten, so that what was erased then
 * is in no byte of them. One file after the other; each is as before or done, wherever it is stopped, and is not done
 * again. Nobody may use the data folder meanwhile.
 *
 * @returns The exit code: 1 when a file could not be written anew.
 * @throws DataFolderInUseError while a server runs, and Error in a cluster: there LiteFS replicates pages, and does
 *   not survive it.
 */
export async function scrub(config: Config, terminal: Terminal): Promise<number> {
  const { dataDir } = config;
  if (config.cluster === "litefs") {
    throw new Error(
      "files that LiteFS replicates cannot be written anew: bring them into a standalone data folder, scrub them there, and bring them back",
    );
  }
  if (!existsSync(dataDir) || isAbsent(dataDir)) {
    throw new Error(`there is no instance in ${dataDir}; set DATA_DIR to its data folder`);
  }
  const release = lockDataFolder(dataDir, 0);
  try {
    const files = databaseFiles(dataDir);
    const failures = files.filter(
      (path, index) => !scrubbed(path, `${index + 1} of ${files.length}`, terminal),
    );
    return failures.length === 0 ? 0 : 1;
  } finally {
    release();
  }
}

/** Of a data folder: `system.db`, the workspaces that have a file, and the test inboxes. */
export function databaseFiles(dataDir: string): string[] {
  const system = openConnection(systemPath(dataDir), { readonly: true });
  const local = join(dataDir, "local");
  try {
    const inboxes = existsSync(local)
      ? readdirSync(local)
          .filter((name) => /^inbox_\w+\.db$/.test(name))
          .map((name) => join(local, name))
      : [];
    const workspaces = workspaceIds(system).map((id) => workspacePath(dataDir, id));
    return [systemPath(dataDir), ...workspaces.filter((path) => existsSync(path)), ...inboxes];
  } finally {
    system.close();
  }
}

function scrubbed(path: string, place: string, terminal: Terminal): boolean {
  const name = basename(path);
  const say = (what: string) => terminal.out(`${place}: ${name} ${what}`);
  try {
    const db = openConnection(path, { mustExist: true });
    try {
      if (isOverwritten(db)) {
        say("holds nothing that was deleted");
        return true;
      }
      requireRoom(path);
      const startedAt = performance.now();
      writeAnew(db);
      const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
      say(`is written anew (${Math.ceil(statSync(path).size / MIB)} MiB in ${took} s)`);
      return true;
    } finally {
      db.close();
    }
  } catch (error) {
    terminal.err(
      `${place}: ${name} could not be written anew, and is as it was: ${error instanceof Error ? error.message : error}`,
    );
    return false;
  }
}

/** The new pages go through the write-ahead log, which is as large as the file then. */
function requireRoom(path: string): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  const { size } = statSync(path);
  if (bavail * bsize < 2 * size) {
    throw new Error(`it takes ${Math.ceil((2 * size) / MIB)} MiB of free space on its disk`);
  }
}

function writeAnew(db: Connection): void {
  // A copy of the file is made on the way, which may be larger than the memory.
  db.pragma("temp_store = FILE");
  db.exec("VACUUM");
  markOverwritten(db);
  db.pragma("wal_checkpoint(TRUNCATE)");
}
