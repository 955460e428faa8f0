import { join } from "node:path";
import type { Connection } from "./driver.ts";
import { FileFault, logRemovedFault, lookAtFile, lookBeside } from "./file-fault.ts";
import { lookAtLog } from "./log-base.ts";
import { currentVersion } from "./migrate.ts";
import { isLogGone, isMarkedOpen, lostLogSentence } from "./open-marks.ts";
import { statement } from "./statements.ts";

const selectIds = statement<[], { id: string }>(`
  SELECT id FROM workspace WHERE status <> 'deleting' ORDER BY number
`);

const selectOne = statement<[id: string], { id: string }>(`
  SELECT id FROM workspace WHERE id = ?
`);

/** True when the workspace is listed in system.db, whatever the state of its file. */
export function isInDirectory(system: Connection, id: string): boolean {
  return selectOne(system).get(id) !== undefined;
}

/** The path of a workspace's file. */
export function workspacePath(dataDir: string, id: string): string {
  return join(dataDir, `t_${id}.db`);
}

/** The id of the workspace whose file has this path; undefined for the path of another file. */
export function workspaceIdAt(path: string): string | undefined {
  return /(?:^|[/\\])t_([0-9a-z]{26})\.db$/.exec(path)?.[1];
}

/** Every workspace listed in system.db, in order of creation. */
export function workspaceIds(system: Connection): string[] {
  return selectIds(system)
    .all()
    .map(({ id }) => id);
}

/**
 * Checks a workspace's file from outside, as far as allowed: while a thread has it open, only SQLite may open it.
 *
 * @returns the fault; undefined when none is visible from outside.
 */
export function lookAtWorkspace(dataDir: string, id: string): FileFault | undefined {
  const path = workspacePath(dataDir, id);
  if (!isMarkedOpen(dataDir, id)) {
    const fault = lookAtFile(path, currentVersion("workspace"), true);
    const isLost = fault === undefined && isLogGone(dataDir, id) && !isMarkedOpen(dataDir, id);
    return isLost
      ? new FileFault("log_missing", lostLogSentence(dataDir, id))
      : (fault ?? faultOfLog(dataDir, id));
  }
  return lookBeside(path) ?? (isLogGone(dataDir, id) ? logRemovedFault(path) : undefined);
}

function faultOfLog(dataDir: string, id: string): FileFault | undefined {
  const fault = isMarkedOpen(dataDir, id) ? undefined : lookAtLog(workspacePath(dataDir, id));
  // The thread that opened the file in the meantime found it intact, and may have changed it during this check.
  return isMarkedOpen(dataDir, id) ? undefined : fault;
}
