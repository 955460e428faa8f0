import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";
import type { Position } from "../../platform/journal/segments.ts";

/** Up to which position of a stream a workspace's facts have been applied to its file. */
export type ReachedPosition = { workspaceId: string; stream: string } & Position;

const upsertReached = statement<[ReachedPosition]>(`
  INSERT INTO journal_reached (workspace_id, stream, segment, offset)
  VALUES (@workspaceId, @stream, @segment, @offset)
      ON CONFLICT (workspace_id, stream) DO UPDATE SET segment = excluded.segment, offset = excluded.offset
   WHERE (excluded.segment, excluded.offset) > (segment, offset)
`);

const selectReached = statement<[workspaceId: string], { stream: string } & Position>(`
  SELECT stream, segment, offset FROM journal_reached WHERE workspace_id = ?
`);

const deleteReached = statement<[workspaceId: string]>(`
  DELETE FROM journal_reached WHERE workspace_id = ?
`);

/** Stores how far each workspace's file has got, before the segments up to there are removed. */
export function saveReached(system: Connection, all: readonly ReachedPosition[]): void {
  inTransaction(system, () => {
    for (const reached of all) {
      upsertReached(system).run(reached);
    }
  });
}

/** How far the workspace's file had got in segments that have been removed, by stream. */
export function reachedPositions(system: Connection, workspaceId: string) {
  return selectReached(system).all(workspaceId);
}

/** The loss has been reported. From now on, the file is used as it is. */
export function forgetReached(system: Connection, workspaceId: string): void {
  deleteReached(system).run(workspaceId);
}

const insertDoubt = statement<[workspaceId: string]>(`
  INSERT OR IGNORE INTO lease_doubt (workspace_id) VALUES (?)
`);

const selectDoubt = statement<[workspaceId: string], { workspaceId: string }>(`
  SELECT workspace_id AS workspaceId FROM lease_doubt WHERE workspace_id = ?
`);

const deleteDoubt = statement<[workspaceId: string]>(`
  DELETE FROM lease_doubt WHERE workspace_id = ?
`);

/** Records that it is unknown which leased messages of these workspaces dead processes have sent. */
export function markLeasesDoubtful(system: Connection, workspaceIds: Iterable<string>): void {
  inTransaction(system, () => {
    for (const workspaceId of workspaceIds) {
      insertDoubt(system).run(workspaceId);
    }
  });
}

export function areLeasesDoubtful(system: Connection, workspaceId: string): boolean {
  return selectDoubt(system).get(workspaceId) !== undefined;
}

/** The leased messages of the workspace are now held, so it no longer matters which were sent. */
export function clearLeaseDoubt(system: Connection, workspaceId: string): void {
  deleteDoubt(system).run(workspaceId);
}
