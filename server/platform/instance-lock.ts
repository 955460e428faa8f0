import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { lockFile } from "./db/driver.ts";
import { isDiskFull } from "./disk-full.ts";

/** How long to wait for a process that is being replaced to exit. */
const WAIT_MS = 2_000;

/** The process using a data folder. Written beside the lock for information only; it has no effect on locking. */
export type LockHolder = { pid: number; host: string; startedAt: string };

/** Thrown when another process is using the data folder. */
export class DataFolderInUseError extends Error {
  constructor(dataDir: string, holder: LockHolder | undefined) {
    const who =
      holder === undefined
        ? "another process"
        : `process ${holder.pid} on ${holder.host}, started ${holder.startedAt}`;
    super(
      `the data folder ${dataDir} is in use by ${who}. Two servers on one folder would send messages twice; ` +
        "stop the other server first, or set DATA_DIR to another folder",
    );
    this.name = "DataFolderInUseError";
  }
}

/**
 * Locks the data folder for this process; call it before opening anything in it. The operating system holds the lock,
 * so it is released whenever the process ends, and it works between containers sharing a volume.
 *
 * @returns a function that releases the lock.
 * @throws DataFolderInUseError when another process holds the lock; Error when the folder is not writable.
 */
export function lockDataFolder(dataDir: string, waitMs: number = WAIT_MS): () => void {
  try {
    mkdirSync(join(dataDir, "local"), { recursive: true });
  } catch (error) {
    throw isDiskFull(error)
      ? error
      : new Error(
          `DATA_DIR is "${dataDir}", which cannot be used as a folder (${error instanceof Error ? error.message : error}). Set it to a folder that this user may write`,
          { cause: error },
        );
  }
  const release = lockFile(lockPath(dataDir), waitMs);
  if (release === undefined) {
    throw new DataFolderInUseError(dataDir, lockHolder(dataDir));
  }
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date().toISOString(),
  };
  writeFileSync(holderPath(dataDir), `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  return release;
}

/** True when a process holds the lock. Neither changes nor creates anything. */
export function isInUse(dataDir: string): boolean {
  const path = lockPath(dataDir);
  if (!existsSync(path)) {
    return false;
  }
  const release = lockFile(path, 0);
  release?.();
  return release === undefined;
}

/** The file that describes the process which last locked the data folder; missing before the first start. */
export function holderPath(dataDir: string): string {
  return join(dataDir, "local", "instance.json");
}

/** The process that last locked the data folder, by its own description; undefined when that cannot be read. */
export function lockHolder(dataDir: string): LockHolder | undefined {
  try {
    const found = JSON.parse(
      readFileSync(holderPath(dataDir), "utf8"),
    ) as Partial<LockHolder> | null;
    const { pid, host, startedAt } = found ?? {};
    return pid === undefined || host === undefined || startedAt === undefined
      ? undefined
      : { pid, host, startedAt };
  } catch {
    // The description is only for information; the lock is valid without it.
    return undefined;
  }
}

function lockPath(dataDir: string): string {
  return join(dataDir, "local", "instance.lock");
}
