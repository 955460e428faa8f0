import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { isId } from "../ids.ts";
import type { Connection, ConnectionOptions } from "./driver.ts";
import { type FileFault, shapeOf } from "./file-fault.ts";
import { inboxPath, openInbox } from "./inbox-file.ts";
import { closeSystemMarked, markSystemOpen } from "./open-marks.ts";
import type { SetAside } from "./set-aside.store.ts";
import { type OnStatement, watchStatements } from "./statement-watch.ts";
import { openSystem } from "./system-file.ts";
import { SystemKeeper } from "./system-keeper.ts";
import { WorkspaceHandles } from "./workspace-handles.ts";

const MAX_OPEN_INBOXES = 256;
/** How often an open inbox file is checked (ms), because SQLite keeps writing to one that was removed. */
const LOOK_AT_INBOX_EVERY_MS = 2_000;

/** The database files of one data folder, as seen by one thread. */
export type Databases = {
  system: Connection;
  /**
   * The workspace's connection, opened and migrated on first use.
   *
   * @throws AppError `workspace_unavailable` while its file cannot be used, `not_found` when there is no such
   * workspace.
   */
  workspace(id: string): Connection;
  /**
   * Checks that the open file of the workspace is still there, which `workspace` does only every two seconds. Call it
   * after a write and before the answer.
   *
   * @throws AppError `workspace_unavailable` when the file was taken away.
   */
  requireInPlace(id: string): void;
  /**
   * Records in `system.db` the version that the workspace's file has after this thread's changes, so that a loss is
   * noticed when the file is opened again. Call it after a change and before the answer; otherwise it happens within a
   * second. Never fails.
   */
  noteChange(id: string): void;
  /**
   * From now on, this thread makes a loss of `system.db` detectable. Call it on only one thread of a process, after the
   * file was compared with the note about it (`system-seen.ts`).
   */
  keepSystem(): void;
  /**
   * Notes outside `system.db` what is committed there, if this thread is responsible for that. Call it after a change
   * and before the answer; otherwise it happens within a second. Never fails.
   */
  noteSystem(): void;
  /** Like `workspace`, but undefined when there is no such workspace. */
  find(id: string): Connection | undefined;
  /** Creates the file of a new workspace. No other function creates one. */
  createWorkspace(id: string): void;
  /** True while the workspace's file cannot be used. */
  isSetAside(id: string): boolean;
  /** The workspaces whose file cannot be used now. */
  setAsideIds(): string[];
  /** The workspaces set aside now, with their reasons. The only source for every report about them. */
  setAsideRows(): SetAside[];
  /** Makes every thread refuse the workspace until its file has been checked. */
  setAside(id: string, fault: FileFault): void;
  /** Makes the workspace available again, on this thread immediately. @returns false when it was not set aside. */
  bringBack(id: string, now: number): boolean;
  /** The workspace's test inbox, stored under local/ and never replicated. */
  inbox(id: string): Connection;
  /** Closes this thread's connections to the workspace. Call it before moving or deleting the file. */
  closeWorkspace(id: string): void;
  /** Number of workspace files that this thread has open. */
  openCount(): number;
  close(): void;
};

export type DatabaseOptions = Pick<ConnectionOptions, "busyTimeoutMs"> & {
  /** Called for every statement on these connections. */
  onStatement?: OnStatement;
};

/**
 * Opens `system.db`, and workspace databases on demand, of which it keeps the 256 most recently used open. Each thread
 * calls this for itself: connections are never shared between threads.
 *
 * A connection returned by this object is valid only until the current synchronous block ends. After an `await`, get it
 * again: it may have been closed as the least recently used one.
 *
 * @throws SystemFileError when `system.db` cannot be used.
 */
export function openDatabases(
  dataDir: string,
  { onStatement, ...rest }: DatabaseOptions = {},
): Databases {
  const options: ConnectionOptions =
    onStatement === undefined
      ? rest
      : { ...rest, onOpen: (db) => watchStatements(db, onStatement) };
  mkdirSync(join(dataDir, "local"), { recursive: true });
  const system = openSystem(dataDir, options);
  markSystemOpen(dataDir);
  let keeper: SystemKeeper | undefined;
  const workspaces = new WorkspaceHandles(dataDir, system, options);
  const inboxes = inboxHandles(dataDir, (id) => openInbox(system, dataDir, id, options));
  return {
    system,
    workspace: (id) => workspaces.get(id),
    requireInPlace: (id) => workspaces.requireInPlace(id),
    noteChange: (id) => workspaces.noteChange(id),
    keepSystem() {
      keeper ??= new SystemKeeper(dataDir, system);
    },
    noteSystem: () => keeper?.note(),
    find: (id) => workspaces.find(id),
    createWorkspace: (id) => workspaces.create(id),
    isSetAside: (id) => workspaces.isAside(id),
    setAsideIds: () => workspaces.asideIds(),
    setAsideRows: () => workspaces.asideRows(),
    setAside: (id, fault) => workspaces.setAside(id, fault),
    bringBack: (id, now) => workspaces.bringBack(id, now),
    inbox: inboxes.open,
    closeWorkspace(id) {
      workspaces.forget(id);
      inboxes.forget(id);
    },
    openCount: () => workspaces.count,
    close() {
      workspaces.clear();
      inboxes.clear();
      keeper?.stop();
      closeSystemMarked(dataDir, () => system.close());
    },
  };
}

type InboxHandle = { db: Connection; inode: number | undefined; lookedAt: number };

function inboxHandles(dataDir: string, openFile: (id: string) => Connection) {
  const open = new LRUCache<string, InboxHandle>({
    max: MAX_OPEN_INBOXES,
    dispose: ({ db }) => db.close(),
  });
  const inodeOf = (id: string) => shapeOf(inboxPath(dataDir, id))?.inode;
  /** Data written to a file that was removed or replaced would be lost. */
  const isInPlace = (id: string, handle: InboxHandle) => {
    const now = performance.now();
    if (now - handle.lookedAt < LOOK_AT_INBOX_EVERY_MS) {
      return true;
    }
    handle.lookedAt = now;
    return inodeOf(id) === handle.inode;
  };
  return {
    open(id: string): Connection {
      if (!isId(id)) {
        throw new Error("not a workspace id");
      }
      const known = open.get(id);
      if (known !== undefined && isInPlace(id, known)) {
        return known.db;
      }
      open.delete(id);
      const db = openFile(id);
      open.set(id, { db, inode: inodeOf(id), lookedAt: performance.now() });
      return db;
    },
    forget: (id: string) => open.delete(id),
    clear: () => open.clear(),
  };
}
