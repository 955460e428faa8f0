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

const unholdAll = statement<[at: number]>(`
  INSERT INTO workspace_seen (workspace_id, consent_version, at, is_held)
  SELECT id, 0, ?, 2 FROM workspace WHERE true
  ON CONFLICT (workspace_id) DO UPDATE SET is_held = 2 WHERE is_held = 1
`);

const markHeld = statement<[workspaceId: string]>(`
  UPDATE workspace_seen SET is_held = 1 WHERE workspace_id = ?
`);

/** How many changes of consent the workspace's file had when that was last written down; 0 when it never was. */
export function seenVersion(system: Connection, workspaceId: string): number {
  return selectVersion(system).get(workspaceId)?.version ?? 0;
}

/** Writes down how many changes of consent the workspace's file has. Never lowers the number. */
export function raiseSeen(
  system: Connection,
  seen: { workspaceId: string; version: number; at: number },
): void {
  raiseVersion(system).run(seen);
}

/** The file has fewer changes than were seen. Its campaigns are to be stopped, and the loss is not found again. */
export function lowerSeen(
  system: Connection,
  seen: { workspaceId: string; version: number; at: number },
): void {
  lowerVersion(system).run(seen);
}

/** The workspaces whose files were seen to change last, the latest first. */
export function lastSeen(system: Connection, limit: number): string[] {
  return selectLast(system)
    .all(limit)
    .map(({ workspaceId }) => workspaceId);
}

/** Why the workspace's campaigns are still to be stopped: a loss in its file or in system.db; undefined = they are not. */
export function holdCause(system: Connection, workspaceId: string): "file" | "system" | undefined {
  const isHeld = selectHeld(system).get(workspaceId)?.isHeld ?? 1;
  return isHeld === 1 ? undefined : isHeld === 0 ? "file" : "system";
}

/** Records that all campaigns must be stopped, because system.db is an older copy. */
export function holdAll(system: Connection, at: number): void {
  unholdAll(system).run(at);
}

/** The workspace's campaigns have been stopped. */
export function noteHeld(system: Connection, workspaceId: string): void {
  markHeld(system).run(workspaceId);
}
