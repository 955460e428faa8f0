import type { Connection } from "./driver.ts";
import { statement } from "./statements.ts";

const selectVersion = statement<[workspaceId: string], { version: number }>(`
  SELECT consent_version AS version FROM workspace_seen WHERE workspace_id = ?
`);

const raiseVersion = statement<[{ workspaceId: string; version: number; at: number }]>(`
  INSERT INTO workspace_seen (workspace_id, consent_version, at) VALUES (@workspaceId, @version, @at)
  ON CONFLICT (workspace_id) DO UPDATE SET consent_version = excluded.consent_version, at = excluded.at
   WHERE excluded.consent_version > workspace_seen.consent_version
`);

const lowerVersion = statement<[{ workspaceId: string; version: number; at: number }]>(`
  UPDATE workspace_seen SET consent_version = @version, at = @at, is_held = 0 WHERE workspace_id = @workspaceId
`);

const selectLast = statement<[limit: number], { workspaceId: string }>(`
  SELECT workspace_id AS workspaceId FROM workspace_seen ORDER BY at DESC, workspace_id LIMIT ?
`);

const selectHeld = statement<[workspaceId: string], { isHeld: number }>(`
  SELECT is_held AS isHeld FROM workspace_seen WHERE workspace_id = ?
`);

// The stricter cause is kept: 0 and 2 also stop campaigns that have not started.
const unholdAll = statement<[{ at: number; isHeld: number }]>(`
  INSERT INTO workspace_seen (workspace_id, consent_version, at, is_held)
  SELECT id, 0, @at, @isHeld FROM workspace WHERE true
  ON CONFLICT (workspace_id) DO UPDATE SET is_held = @isHeld WHERE is_held = 1 OR is_held > @isHeld
`);

const markHeld = statement<[workspaceId: string]>(`
  UPDATE workspace_seen SET is_held = 1 WHERE workspace_id = ?
`);

/** The last recorded number of changes of consent in the workspace's file; 0 when none was ever recorded. */
export function seenVersion(system: Connection, workspaceId: string): number {
  return selectVersion(system).get(workspaceId)?.version ?? 0;
}

/** Records how many changes of consent the workspace's file has. Never lowers the number. */
export function raiseSeen(
  system: Connection,
  seen: { workspaceId: string; version: number; at: number },
): void {
  raiseVersion(system).run(seen);
}

/**
 * Records that the file has fewer changes than before. Its campaigns must be stopped, and the loss is not found again.
 */
export function lowerSeen(
  system: Connection,
  seen: { workspaceId: string; version: number; at: number },
): void {
  lowerVersion(system).run(seen);
}

/** The workspaces whose files changed last, as far as recorded, latest first. */
export function lastSeen(system: Connection, limit: number): string[] {
  return selectLast(system)
    .all(limit)
    .map(({ workspaceId }) => workspaceId);
}

/** The source of the lost records, because of which campaigns must be stopped. */
export type HoldCause = "file" | "system" | "journal";

const CAUSES = new Map<number, HoldCause>([
  [0, "file"],
  [2, "system"],
  [3, "journal"],
]);

/** Why the workspace's campaigns must still be stopped; undefined if they need not be. */
export function holdCause(system: Connection, workspaceId: string): HoldCause | undefined {
  return CAUSES.get(selectHeld(system).get(workspaceId)?.isHeld ?? 1);
}

/** Records that campaigns of all workspaces must be stopped, because system.db is an older copy or the journal lost records. */
export function holdAll(system: Connection, cause: "system" | "journal", at: number): void {
  unholdAll(system).run({ at, isHeld: cause === "system" ? 2 : 3 });
}

/** Records that the workspace's campaigns have been stopped. */
export function noteHeld(system: Connection, workspaceId: string): void {
  markHeld(system).run(workspaceId);
}
