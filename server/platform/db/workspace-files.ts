import { join } from "node:path";
import type { Connection } from "./driver.ts";
import { type FileFault, logTaken, lookAtFile, lookBeside } from "./file-fault.ts";
import { currentVersion } from "./migrate.ts";
import { isLogGone, isMarkedOpen } from "./open-marks.ts";
import { statement } from "./statements.ts";

const selectIds = statement<[], { id: string }>(`
  SELECT id FROM workspace WHERE status <> 'deleting' ORDER BY number
`);

const selectOne = statement<[id: string], { id: string }>(`
  SELECT id FROM workspace WHERE id = ?
`);

/** True for a workspace that the directory knows, whatever became of its file. */
export function isInDirectory(system: Connection, id: string): boolean {
  return selectOne(system).get(id) !== undefined;
}

/** The file of a workspace. */
export function workspacePath(dataDir: string, id: string): string {
  return join(dataDir, `t_${id}.db`);
}

/** Every workspace of the directory, in the order they were made. */
export function workspaceIds(system: Connection): string[] {
  return selectIds(system)
    .all()
    .map(({ id }) => id);
}

/**
 * Looks at a workspace's file from outside, as far as one may: while a thread has it open, nobody but SQLite opens it.
 *
 * @returns what is wrong with it; undefined when nothing can be seen from here.
 */
export function lookAtWorkspace(dataDir: string, id: string): FileFault | undefined {
  const path = workspacePath(dataDir, id);
  if (!isMarkedOpen(dataDir, id)) {
    return lookAtFile(path, currentVersion("workspace"), true);
  }
  return lookBeside(path) ?? (isLogGone(dataDir, id) ? logTaken(path) : undefined);
}
