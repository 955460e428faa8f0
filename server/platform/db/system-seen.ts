// SQLite opens an older copy of system.db, or one whose log was cut, without an error: revoked keys work again, and
// nobody would know. So the version of the file (system-version.store.ts) is also noted in a small file beside it.
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

/** One sector, written at once: after a power cut it has the old content or the new. */
const BYTES = 512;

type Seen = SystemVersion & {
  /** The boot of the machine during which `n` was noted. A power cut may take commits that were not on the disk yet. */
  boot: string;
  /** What was on the disk of system.db before it was noted. */
  sure: number;
  /** Unix ms. */
  at: number;
};

/** What `system.db` lacks: at least `changes` (0 = their number is unknown), made until `until` (unix ms). */
export type SystemLoss = { changes: number; until: number };

/** The file in which the version of `system.db` is noted. */
export function systemSeenPath(dataDir: string): string {
  return join(dataDir, "local", "system-seen");
}

/**
 * Compares `system.db` with what was noted. Changes nothing.
 *
 * @returns what it lacks; undefined when nothing; "unknown" when the note is missing or cannot be read.
 */
export function systemLoss(
  dataDir: string,
  system: Connection,
): SystemLoss | "unknown" | undefined {
  // In this order: another process may change system.db between the two reads, and that must not look like a loss.
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

/** Notes the version of `system.db` outside it. Only one thread of a process may use one. */
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

  /** Notes the file's version whatever was noted before. Call it after `systemLoss`, and after a loss was dealt with. */
  adopt(): void {
    const { history, n } = systemVersion(this.#system);
    this.#write({ history, n, boot: thisBoot(), sure: this.#sureOf(history, n), at: Date.now() });
    // In this order, because a note that is expected and missing is reported.
    markNoted(this.#system);
  }

  /**
   * Notes what is committed now, so that its loss is noticed unless the machine loses power within a second. Never notes
   * less than before. Must not be called inside a transaction.
   */
  note(): void {
    const { history, n } = systemVersion(this.#system);
    const seen = this.#seen;
    if (seen !== undefined && seen.history === history && n > seen.n) {
      this.#write({ ...seen, n, boot: thisBoot(), at: Date.now() });
    }
  }

  /** Waits until the disk has what was noted, and notes that it has. */
  async settle(): Promise<void> {
    const seen = this.#seen;
    if (seen === undefined || seen.n === seen.sure || this.#isSettling) {
      return;
    }
    this.#isSettling = true;
    try {
      // What a checkpoint has moved into the main file is on the disk already.
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

/** Does not block the thread. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Undefined when there is none, or not one that we wrote. */
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

/** Names this boot of the machine; a name of its own where the system does not tell. */
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
