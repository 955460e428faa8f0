import { existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config.ts";
import { type Connection, openConnection } from "../platform/db/driver.ts";
import { lookInside } from "../platform/db/look-inside.ts";
import {
  closeMarked,
  forgetOpening,
  lostLogSentence,
  markName,
  markOpen,
  markOpening,
  requireSystemLog,
  workspacesWithLostLog,
} from "../platform/db/open-marks.ts";
import { isOverwritten, markOverwritten } from "../platform/db/overwritten.ts";
import { setAsideRows } from "../platform/db/set-aside.store.ts";
import { isAbsent, requireOwnLog, systemPath } from "../platform/db/system-file.ts";
import { workspaceIds, workspacePath } from "../platform/db/workspace-files.ts";
import { lockDataFolder } from "../platform/instance-lock.ts";
import type { Terminal } from "./terminal.ts";

const MIB = 1024 * 1024;
/** Since this version, `system.db` records which workspaces are set aside. */
const SETS_ASIDE_SINCE = 10;

/**
 * Rewrites database files from before deleted content was overwritten, so that no byte of erased data remains. Files
 * are processed one by one. Each is either unchanged or finished when the command is interrupted, and is not processed
 * again. Nobody else may use the data folder in the meantime. After a crash, write-ahead logs are first merged into
 * their files, as starting and stopping the server would do.
 *
 * @returns The exit code: 1 when a file could not be rewritten.
 * @throws DataFolderInUseError while a server runs, and Error in a cluster, where LiteFS replicates pages and a rewrite
 * would break it; Error when a write-ahead log is lost, which opening its file would hide.
 */
export async function scrub(config: Config, terminal: Terminal): Promise<number> {
  const { dataDir } = config;
  if (config.cluster === "litefs") {
    throw new Error(
      "files that LiteFS replicates cannot be rewritten: copy them to a standalone data folder, scrub them there, and copy them back",
    );
  }
  if (!existsSync(dataDir) || isAbsent(dataDir)) {
    throw new Error(`there is no instance in ${dataDir}; set DATA_DIR to its data folder`);
  }
  const release = lockDataFolder(dataDir, 0);
  try {
    requireLogs(dataDir);
    const files = databaseFiles(dataDir);
    const aside = filesSetAside(dataDir);
    const failures = files.filter(
      (path, index) =>
        !scrubbed({ dataDir, path, aside }, `${index + 1} of ${files.length}`, terminal),
    );
    return failures.length === 0 ? 0 : 1;
  } finally {
    release();
  }
}

/** @throws Error naming the files whose write-ahead log is missing, or belongs to another `system.db`. */
function requireLogs(dataDir: string): void {
  requireSystemLog(dataDir);
  requireOwnLog(dataDir);
  const lost = workspacesWithLostLog(dataDir).map((id) => lostLogSentence(dataDir, id));
  if (lost.length > 0) {
    throw new Error(
      `${lost.join("; ")}. Restore the write-ahead log. Without it, start the server, use the workspace without its log on the instance page, then stop the server`,
    );
  }
}

/** The database files of a data folder: `system.db`, workspaces that have a file, and the test inboxes. */
export function databaseFiles(dataDir: string): string[] {
  const local = join(dataDir, "local");
  const inboxes = existsSync(local)
    ? readdirSync(local)
        .filter((name) => /^inbox_\w+\.db$/.test(name))
        .map((name) => join(local, name))
    : [];
  const workspaces = lookInside(dataDir, systemPath(dataDir), workspaceIds).map((id) =>
    workspacePath(dataDir, id),
  );
  return [systemPath(dataDir), ...workspaces.filter((path) => existsSync(path)), ...inboxes];
}

/** Files whose log may be restored later. The log only matches their current pages, so they are left unchanged. */
function filesSetAside(dataDir: string): Set<string> {
  const rows = lookInside(dataDir, systemPath(dataDir), (system) =>
    Number(system.pragma("user_version", { simple: true })) < SETS_ASIDE_SINCE
      ? []
      : setAsideRows(system),
  );
  return new Set(rows.map(({ workspaceId }) => workspacePath(dataDir, workspaceId)));
}

type Scrubbing = { dataDir: string; path: string; aside: ReadonlySet<string> };

function scrubbed({ dataDir, path, aside }: Scrubbing, place: string, terminal: Terminal): boolean {
  const name = basename(path);
  const say = (what: string) => terminal.out(`${place}: ${name} ${what}`);
  try {
    if (aside.has(path)) {
      throw new Error("its workspace is set aside; fix it first (`swiftmail doctor` says how)");
    }
    withFile(dataDir, path, (db) => {
      if (isOverwritten(db)) {
        say("contains no deleted data");
        return;
      }
      requireRoom(path);
      const startedAt = performance.now();
      writeAnew(db);
      const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
      say(`was rewritten (${Math.ceil(statSync(path).size / MIB)} MiB in ${took} s)`);
    });
    return true;
  } catch (error) {
    terminal.err(
      `${place}: ${name} could not be rewritten and is unchanged: ${error instanceof Error ? error.message : error}`,
    );
    return false;
  }
}

/**
 * Opens and closes a file as the server does, including its crash mark. The mark is only removed once the log has
 * been merged into the file, so killing this command leaves the mark of a file that still needs its log.
 */
function withFile(dataDir: string, path: string, work: (db: Connection) => void): void {
  const name = markName(path);
  const db = name === undefined ? openFile(path) : openMarked(dataDir, name, path);
  try {
    work(db);
  } finally {
    if (name === undefined) {
      db.close();
    } else {
      closeMarked(dataDir, name, () => db.close());
    }
  }
}

function openMarked(dataDir: string, name: string, path: string): Connection {
  markOpening(dataDir, name);
  try {
    const db = openFile(path);
    markOpen(dataDir, name);
    return db;
  } catch (error) {
    forgetOpening(dataDir, name);
    throw error;
  }
}

function openFile(path: string): Connection {
  return openConnection(path, { mustExist: true });
}

/** The new pages pass through the write-ahead log, which grows to the size of the file. */
function requireRoom(path: string): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  const { size } = statSync(path);
  if (bavail * bsize < 2 * size) {
    throw new Error(`it needs ${Math.ceil((2 * size) / MIB)} MiB of free space on its disk`);
  }
}

function writeAnew(db: Connection): void {
  // The rewrite makes a copy of the file, which may not fit into memory.
  db.pragma("temp_store = FILE");
  db.exec("VACUUM");
  markOverwritten(db);
  db.pragma("wal_checkpoint(TRUNCATE)");
}
