import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { lockFile } from "./db/driver.ts";
import { isDiskFull } from "./disk-full.ts";

/** A process that another one replaces may need this long to end. */
const WAIT_MS = 2_000;

/** Who uses a data folder; written beside the lock for people to read, and decides nothing. */
export type LockHolder = { pid: number; host: string; startedAt: string };

/** Thrown when another process uses the data folder. */
export class DataFolderInUseError extends Error {
  constructor(dataDir: string, holder: LockHolder | undefined) {
    const who =
      holder === undefined
        ? "another process"
        : `process ${holder.pid} on ${holder.host}, started ${holder.startedAt}`;
    super(
      `the data folder ${dataDir} is in use by ${who}. Two servers on one folder would mail people twice; ` +
        "stop the other one first, or give this one a DATA_DIR of its own",
    );
    this.name = "DataFolderInUseError";
  }
}

/**
 * Takes the data folder for this process, before anything in it is opened. The lock belongs to the operating
 * system: it ends with the process however that ends, and holds between containers on one volume.
 *
 * @returns how to give it back.
 * @throws DataFolderInUseError when another process has it; Error when the folder cannot be written.
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

/** Whether a process has the data folder now. Changes nothing, and makes nothing that is not there. */
export function isInUse(dataDir: string): boolean {
  const path = lockPath(dataDir);
  if (!existsSync(path)) {
    return false;
  }
  const release = lockFile(path, 0);
  release?.();
  return release === undefined;
}

/** Where the process that took the data folder last says who it is; it is not there before the first start. */
export function holderPath(dataDir: string): string {
  return join(dataDir, "local", "instance.json");
}

/** Who took the data folder last, as it said itself; undefined when that cannot be read. */
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
    // It is only told to people: a lock without its note is a lock.
    return undefined;
  }
}

function lockPath(dataDir: string): string {
  return join(dataDir, "local", "instance.lock");
}
