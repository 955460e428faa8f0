// SQLite opens an older copy of system.db, or one whose log was cut, without an error. Revoked keys would then work
// again without anybody noticing. So the version of the file (system-version.store.ts) is also noted in a small file
// beside it.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Connection } from "./driver.ts";
import { markNoted, type SystemVersion, systemVersion } from "./system-version.store.ts";

/** One sector, which is written at once: after a power cut it has either the old or the new content. */
const BYTES = 512;

type Seen = SystemVersion & {
  /** The boot of the machine during which `n` was noted. A power cut may lose commits that were not yet on the disk. */
  boot: string;
  /** The version that was certainly on the disk when the note was written. */
  sure: number;
  /** Unix ms. */
  at: number;
};

/** What `system.db` lacks: at least `changes` changes (0 if the number is unknown), made until `until` (unix ms). */
export type SystemLoss = { changes: number; until: number };

/** The file in which the version of `system.db` is noted. */
export function systemSeenPath(dataDir: string): string {
  return join(dataDir, "local", "system-seen");
}

/**
 * Compares `system.db` with the note. Changes nothing.
 *
 * @returns what the file lacks; undefined when it lacks nothing; "unknown" when the note is missing or cannot be read.
 */
export function systemLoss(
  dataDir: string,
  system: Connection,
): SystemLoss | "unknown" | undefined {
  // The order matters: another process may change system.db between the two reads, and that must not look like a loss.
  const seen = readSeen(dataDir);
  const { history, n, isNoted } = systemVersion(system);
  if (seen === undefined) {
    return isNoted === 1 || existsSync(systemSeenPath(dataDir)) ? "unknown" : undefined;
  }
  const known = seen.boot === thisBoot() ? Math.max(seen.n, seen.sure) : seen.sure;
  if (seen.history !== history) {
    return { changes: 0, until: seen.at };
  }
  return n < known ? { changes: known - n, until: seen.at } : undefined;
}

/** Notes the version of `system.db` outside the file. Only one thread of a process may use one. */
export class SystemSeen {
  readonly #path: string;
  readonly #system: Connection;
  #seen: Seen | undefined;
  #isSettling = false;

  constructor(dataDir: string, system: Connection) {
    this.#path = systemSeenPath(dataDir);
    this.#system = system;
    this.#seen = readSeen(dataDir);
  }

  /** Notes the file's version, whatever was noted before. Call it after `systemLoss` and after a loss was handled. */
  adopt(): void {
    const { history, n } = systemVersion(this.#system);
    this.#write({ history, n, boot: thisBoot(), sure: this.#sureOf(history, n), at: Date.now() });
    // The order matters, because a note that is expected but missing is reported.
    markNoted(this.#system);
  }

  /**
   * Notes the current version, so that a loss is noticed unless the machine loses power within a second. Never notes a
   * lower version than before. Must not be called inside a transaction.
   */
  note(): void {
    const { history, n } = systemVersion(this.#system);
    const seen = this.#seen;
    if (seen !== undefined && seen.history === history && n > seen.n) {
      this.#write({ ...seen, n, boot: thisBoot(), at: Date.now() });
    }
  }

  /** Waits until the noted version is on the disk, and notes that. */
  async settle(): Promise<void> {
    const seen = this.#seen;
    if (seen === undefined || seen.n === seen.sure || this.#isSettling) {
      return;
    }
    this.#isSettling = true;
    try {
      // Whatever a checkpoint has moved into the main file is already on the disk.
      await syncFile(`${this.#system.name}-wal`);
      if (this.#seen?.history === seen.history) {
        this.#write({ ...this.#seen, sure: seen.n });
        await syncFile(this.#path);
      }
    } finally {
      this.#isSettling = false;
    }
  }

  #sureOf(history: string, n: number): number {
    return this.#seen?.history === history ? Math.min(this.#seen.sure, n) : 0;
  }

  #write(seen: Seen): void {
    const isNew = !existsSync(this.#path);
    const path = isNew ? `${this.#path}.new` : this.#path;
    if (isNew) {
      mkdirSync(join(this.#path, ".."), { recursive: true });
    }
    const fd = openSync(path, isNew ? "w" : "r+");
    try {
      writeSync(fd, JSON.stringify(seen).padEnd(BYTES), 0);
      if (isNew) {
        fdatasyncSync(fd);
      }
    } finally {
      closeSync(fd);
    }
    if (isNew) {
      renameSync(path, this.#path);
    }
    this.#seen = seen;
  }
}

/** Runs without blocking the thread. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The note; undefined when there is none, or it was not written by us. */
function readSeen(dataDir: string): Seen | undefined {
  const path = systemSeenPath(dataDir);
  if (!existsSync(path)) {
    return undefined;
  }
  try {
    const { history, n, boot, sure, at } = JSON.parse(readFileSync(path, "utf8")) as Seen;
    const isWhole =
      typeof history === "string" &&
      typeof boot === "string" &&
      [n, sure, at].every(Number.isInteger);
    return isWhole ? { history, n, boot, sure, at } : undefined;
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

/** Identifies this boot of the machine. If the system does not provide an ID, a new name is used each time. */
function thisBoot(): string {
  boot ??= bootOfLinux() ?? crypto.randomUUID();
  return boot;
}

function bootOfLinux(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
