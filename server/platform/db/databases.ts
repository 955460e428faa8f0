import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { isId } from "../ids.ts";
import { type Connection, type ConnectionOptions, openConnection } from "./driver.ts";
import { migrate } from "./migrate.ts";

const MAX_OPEN_WORKSPACES = 256;

/** The database files of one data folder, as one thread sees them. */
export type Databases = {
  system: Connection;
  /** The workspace's connection, opened and migrated on first use. @throws Error for an id that is none. */
  workspace(id: string): Connection;
  /** The workspace's test inbox, under local/ and never replicated. */
  inbox(id: string): Connection;
  /** Forgets and closes the workspace's handles, before its file is moved or removed. */
  closeWorkspace(id: string): void;
  /** How many workspace files this thread has open. */
  openCount(): number;
  close(): void;
};

export type DataFolders = { root: string; local: string };

/** The folders of a data directory, created when missing. */
export function dataFolders(dataDir: string): DataFolders {
  const folders = { root: dataDir, local: join(dataDir, "local") };
  mkdirSync(folders.local, { recursive: true });
  return folders;
}

/**
 * Opens `system.db` and hands out workspace databases on demand, keeping the 256 used last open. Each
 * thread calls this once for itself: connections are never shared between threads.
 *
 * A connection taken from here is good until the current synchronous block ends; across an `await`
 * ask again, since the least recently used one may have been closed meanwhile.
 */
export function openDatabases(
  dataDir: string,
  options: Pick<ConnectionOptions, "busyTimeoutMs"> = {},
): Databases {
  const folders = dataFolders(dataDir);
  const system = openConnection(join(folders.root, "system.db"), options);
  migrate(system, "system");
  const workspaces = handles((id) => join(folders.root, `t_${id}.db`), "workspace", options);
  const inboxes = handles((id) => join(folders.local, `inbox_${id}.db`), "inbox", options);
  return {
    system,
    workspace: workspaces.open,
    inbox: inboxes.open,
    closeWorkspace(id) {
      workspaces.forget(id);
      inboxes.forget(id);
    },
    openCount: workspaces.count,
    close() {
      workspaces.clear();
      inboxes.clear();
      system.close();
    },
  };
}

function handles(
  pathOf: (id: string) => string,
  kind: "workspace" | "inbox",
  options: ConnectionOptions,
) {
  const open = new LRUCache<string, Connection>({
    max: MAX_OPEN_WORKSPACES,
    dispose: (db) => db.close(),
  });
  return {
    open(id: string): Connection {
      if (!isId(id)) {
        throw new Error("not a workspace id");
      }
      let db = open.get(id);
      if (db === undefined) {
        db = openConnection(pathOf(id), options);
        migrate(db, kind);
        open.set(id, db);
      }
      return db;
    },
    forget: (id: string) => open.delete(id),
    count: () => open.size,
    clear: () => open.clear(),
  };
}
