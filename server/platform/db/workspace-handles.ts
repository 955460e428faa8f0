import { rmSync } from "node:fs";
import { LRUCache } from "lru-cache";
import { asDiskFull } from "../disk-full.ts";
import { AppError, because, notFound } from "../errors.ts";
import { isId } from "../ids.ts";
import { log } from "../log.ts";
import type { Connection, ConnectionOptions } from "./driver.ts";
import { FileFault, faultOf, logRemovedFault, shapeOf } from "./file-fault.ts";
import { LostChanges } from "./lost-changes.ts";
import { closeMarked, forgetMarks, forgetOpening, markOpen, markOpening } from "./open-marks.ts";
import {
  addSetAside,
  bringBack,
  knownSetAside,
  type SetAside,
  setAsideRows,
} from "./set-aside.store.ts";
import { watch } from "./watched.ts";
import { isInDirectory, lookAtWorkspace, workspacePath } from "./workspace-files.ts";
import { newWorkspaceFile, openExisting } from "./workspace-opening.ts";

const MAX_OPEN = 256;
/** How often a thread checks what other threads have set aside or brought back (ms). */
export const ASK_EVERY_MS = 250;
/**
 * How often a thread closes files that are set aside (ms), even when idle. If it kept one open, closing it after the
 * file was restored from a backup would delete the restored file's write-ahead log.
 */
const LET_GO_EVERY_MS = 1_000;
/** How often an open file is checked (ms), because SQLite keeps writing to one that was removed. */
const LOOK_EVERY_MS = 2_000;

type Handle = {
  db: Connection;
  inode: number | undefined;
  /** Inode of the write-ahead log, which does not change while a connection is open. */
  logInode: number | undefined;
  /** Length at the last check. SwiftMail never shortens a file, so a shorter one was truncated from outside. */
  bytes: number;
  /** Unix ms. */
  openedAt: number;
  /** On the monotonic clock. */
  lookedAt: number;
};

/**
 * The workspace files that one thread has open. When a file cannot be used, the workspace is set aside: every thread
 * refuses it with `workspace_unavailable` until the file is repaired, and all other workspaces continue.
 */
export class WorkspaceHandles {
  readonly #dataDir: string;
  readonly #system: Connection;
  readonly #options: ConnectionOptions;
  readonly #open = new LRUCache<string, Handle>({
    max: MAX_OPEN,
    dispose: ({ db }, id) => this.#close(db, id),
  });
  readonly #aside = new Set<string>();
  /** Faults found by this thread that are not yet in the table. */
  readonly #unsaid = new Map<string, { fault: FileFault; at: number }>();
  readonly #lostChanges: LostChanges;
  readonly #lettingGo: ReturnType<typeof setInterval>;
  #askedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(dataDir: string, system: Connection, options: ConnectionOptions) {
    this.#dataDir = dataDir;
    this.#options = options;
    this.#system = system;
    this.#lostChanges = new LostChanges(system);
    this.#lettingGo = setInterval(() => {
      this.#letGo();
      this.#noteChanges();
    }, LET_GO_EVERY_MS);
    this.#lettingGo.unref();
  }

  get count(): number {
    return this.#open.size;
  }

  /** @throws AppError `workspace_unavailable` while it is set aside, `not_found` when there is no such workspace. */
  get(id: string): Connection {
    if (!isId(id)) {
      throw new Error("not a workspace id");
    }
    if (this.isAside(id)) {
      throw unavailable();
    }
    const handle = this.#open.get(id);
    if (handle === undefined) {
      return this.#openFile(id);
    }
    this.#lookFor(id, handle);
    return handle.db;
  }

  /** @throws AppError `workspace_unavailable` while it is set aside. */
  find(id: string): Connection | undefined {
    try {
      return this.get(id);
    } catch (error) {
      if (error instanceof AppError && error.code === "not_found") {
        return undefined;
      }
      throw error;
    }
  }

  /** Creates the file of a new workspace. No other function creates one. @throws Error when it already exists. */
  create(id: string): void {
    const path = workspacePath(this.#dataDir, id);
    if (!isId(id) || shapeOf(path) !== undefined) {
      throw new Error("a new workspace needs an id of its own");
    }
    markOpening(this.#dataDir, id);
    try {
      const db = newWorkspaceFile(path, id, this.#options);
      markOpen(this.#dataDir, id);
      this.#keep(id, db);
    } catch (error) {
      for (const end of ["", "-wal", "-shm"]) {
        rmSync(path + end, { force: true });
      }
      forgetOpening(this.#dataDir, id);
      throw error;
    }
  }

  isAside(id: string): boolean {
    this.#ask();
    return this.#aside.has(id) || this.#unsaid.has(id);
  }

  asideIds(): string[] {
    this.#ask();
    return [...new Set([...this.#aside, ...this.#unsaid.keys()])];
  }

  /** The workspaces set aside now, with their reasons, including those not yet written to the table. */
  asideRows(): SetAside[] {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#ask();
    const unsaid = [...this.#unsaid].map(([workspaceId, { fault, at }]) => ({
      workspaceId,
      path: workspacePath(this.#dataDir, workspaceId),
      reason: fault.reason,
      detail: fault.message,
      at,
    }));
    return [...setAsideRows(this.#system), ...unsaid];
  }

  /** Sets a workspace aside because its file is faulty or missing. */
  setAside(id: string, fault: FileFault): void {
    if (!this.#unsaid.has(id) && !this.#aside.has(id)) {
      this.#unsaid.set(id, { fault, at: Date.now() });
      this.#askedAt = Number.NEGATIVE_INFINITY;
      log.error(
        {
          workspaceId: id,
          path: workspacePath(this.#dataDir, id),
          reason: fault.reason,
          detail: fault.message,
        },
        "a workspace is set aside: its file cannot be used. Repair the file, then check it again on the instance page; `swiftmail doctor` says how",
      );
      // Deferred, because the fault may have occurred inside a transaction whose rollback would also undo the entry.
      setImmediate(() => this.#closed || this.#letGo());
    }
  }

  /** Makes a workspace available again after its file was found intact. @returns false when it was not set aside. */
  bringBack(id: string, now: number): boolean {
    // A connection that was open when the damage was found may have left its mark. The mark is about the log of the
    // damaged file, and would make the next start report that the log of the repaired file is lost.
    forgetMarks(this.#dataDir, [id]);
    const isBack = bringBack(this.#system, id, now);
    this.#askedAt = Number.NEGATIVE_INFINITY;
    return isBack;
  }

  /** Checks now whether an open file still exists. @throws AppError `workspace_unavailable` when it was taken away. */
  requireInPlace(id: string): void {
    if (this.isAside(id)) {
      throw unavailable();
    }
    const handle = this.#open.peek(id);
    if (handle !== undefined) {
      handle.lookedAt = Number.NEGATIVE_INFINITY;
      this.#lookFor(id, handle);
    }
  }

  /** Records in `system.db` the version of the workspace's file after this thread's changes, to notice a loss. */
  noteChange(id: string): void {
    const db = this.#open.peek(id)?.db;
    if (db !== undefined) {
      this.#lostChanges.note(id, db);
    }
  }

  forget(id: string): void {
    this.#open.delete(id);
  }

  clear(): void {
    this.#closed = true;
    clearInterval(this.#lettingGo);
    this.#open.clear();
  }

  #openFile(id: string): Connection {
    const path = workspacePath(this.#dataDir, id);
    const db = this.#openSound(id, path);
    try {
      this.#lostChanges.compare(id, path, db);
      return db;
    } catch (error) {
      // The file is compared again at its next use, before anything changes it.
      this.#open.delete(id);
      throw error;
    }
  }

  #openSound(id: string, path: string): Connection {
    try {
      const fault = lookAtWorkspace(this.#dataDir, id);
      if (fault?.reason === "missing" && !isInDirectory(this.#system, id)) {
        throw notFound("workspace");
      }
      if (fault !== undefined) {
        throw fault;
      }
      return this.#keep(id, this.#openMarked(id, path));
    } catch (thrown) {
      const error = asDiskFull(thrown, path);
      const fault = faultOf(error);
      if (fault === undefined) {
        throw error;
      }
      this.setAside(id, fault);
      throw unavailable(error);
    }
  }

  #openMarked(id: string, path: string): Connection {
    markOpening(this.#dataDir, id);
    try {
      const db = openExisting(path, id, this.#options);
      markOpen(this.#dataDir, id);
      return db;
    } catch (error) {
      forgetOpening(this.#dataDir, id);
      throw error;
    }
  }

  #keep(id: string, db: Connection): Connection {
    watch(db, (fault) => this.setAside(id, fault));
    const path = workspacePath(this.#dataDir, id);
    const shape = shapeOf(path);
    this.#open.set(id, {
      db,
      inode: shape?.inode,
      logInode: shapeOf(`${path}-wal`)?.inode,
      bytes: shape?.bytes ?? 0,
      openedAt: Date.now(),
      lookedAt: performance.now(),
    });
    return db;
  }

  /** Writes to a file that was removed, replaced or truncated while open would be lost. */
  #lookFor(id: string, handle: Handle): void {
    const now = performance.now();
    if (now - handle.lookedAt < LOOK_EVERY_MS) {
      return;
    }
    handle.lookedAt = now;
    const path = workspacePath(this.#dataDir, id);
    const shape = shapeOf(path);
    if (shape?.inode !== handle.inode) {
      const reason = shape === undefined ? "missing" : "replaced";
      this.setAside(id, new FileFault(reason, "the file was taken away while it was open"));
      throw unavailable();
    }
    // Cached pages would still be served, and the next checkpoint would leave a gap in the file.
    if (shape !== undefined && shape.bytes < handle.bytes) {
      this.setAside(id, new FileFault("damaged", "the file was cut while it was open"));
      throw unavailable();
    }
    if (shapeOf(`${path}-wal`)?.inode !== handle.logInode) {
      this.setAside(id, logRemovedFault(path));
      throw unavailable();
    }
    handle.bytes = shape?.bytes ?? 0;
  }

  #letGo(): void {
    try {
      this.#ask();
    } catch (error) {
      log.warn({ err: error }, "could not read which workspaces are set aside; trying again");
    }
  }

  /** Reads the faults found by other threads, and publishes those found here. */
  #ask(): void {
    const now = performance.now();
    if (now - this.#askedAt < ASK_EVERY_MS) {
      return;
    }
    this.#askedAt = now;
    for (const [workspaceId, { fault, at }] of this.#unsaid) {
      this.#say(workspaceId, fault, at);
    }
    this.#aside.clear();
    for (const { workspaceId, backAt } of knownSetAside(this.#system)) {
      if (backAt === null) {
        this.#aside.add(workspaceId);
      }
      // A connection opened before the repair may refer to a file that no longer exists.
      if ((this.#open.peek(workspaceId)?.openedAt ?? 0) < (backAt ?? Number.POSITIVE_INFINITY)) {
        this.#open.delete(workspaceId);
      }
    }
  }

  #say(workspaceId: string, fault: FileFault, at: number): void {
    const path = workspacePath(this.#dataDir, workspaceId);
    try {
      addSetAside(this.#system, { workspaceId, path, at }, fault);
      this.#unsaid.delete(workspaceId);
    } catch (error) {
      // The workspace stays set aside on this thread; writing the entry is tried again.
      log.error({ workspaceId, err: error }, "could not record that a workspace is set aside");
    }
  }

  #noteChanges(): void {
    const open = [...this.#open.entries()];
    this.#lostChanges.noteAll(open.map(([id, { db }]) => [id, db]));
  }

  #close(db: Connection, id: string): void {
    this.#lostChanges.noteLast(id, db);
    try {
      closeMarked(this.#dataDir, id, () => db.close());
    } catch (error) {
      // A damaged file may refuse to close, or rows may be being read; the connection is freed with its last user.
      log.warn({ workspaceId: id, err: error }, "could not close a workspace file");
    }
  }
}

function unavailable(cause?: unknown): AppError {
  return new AppError("workspace_unavailable", because("workspace_file_unusable"), {
    retryAfterSeconds: 60,
    cause,
  });
}
