import type { Connection } from "../db/driver.ts";
import { statement } from "../db/statements.ts";

type Failed = { id: number; lastError: string };

const selectFailed = statement<[workspaceId: string], Failed>(`
  SELECT id, last_error AS lastError FROM job WHERE workspace_id = ? AND last_error <> ''
`);
const clearError = statement<[id: number]>("UPDATE job SET last_error = '' WHERE id = ?");

/**
 * Clears the error messages of a workspace's jobs for which `isForgotten` returns true, for an erasure. @returns how
 * many.
 */
export function forgetJobErrors(
  system: Connection,
  workspaceId: string,
  isForgotten: (error: string) => boolean,
): number {
  const hits = selectFailed(system)
    .all(workspaceId)
    .filter(({ lastError }) => isForgotten(lastError));
  for (const { id } of hits) {
    clearError(system).run(id);
  }
  return hits.length;
}
