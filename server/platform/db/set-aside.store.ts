import type { Connection } from "./driver.ts";
import type { FaultReason, FileFault } from "./file-fault.ts";
import { statement } from "./statements.ts";

/** A workspace that is not opened because its file cannot be used. */
export type SetAside = {
  workspaceId: string;
  path: string;
  reason: FaultReason;
  /** The error message from the operating system or SQLite. */
  detail: string;
  /** Unix ms. */
  at: number;
};

const columns = "workspace_id AS workspaceId, path, reason, detail, at";

const selectAside = statement<[], SetAside>(`
  SELECT ${columns} FROM workspace_set_aside WHERE back_at IS NULL ORDER BY at, workspace_id
`);

const selectKnown = statement<[], { workspaceId: string; backAt: number | null }>(`
  SELECT workspace_id AS workspaceId, back_at AS backAt FROM workspace_set_aside
`);

// The first fault is kept, because later ones are often its consequences.
const insertOne = statement<[SetAside]>(`
  INSERT INTO workspace_set_aside (workspace_id, path, reason, detail, at)
  VALUES (@workspaceId, @path, @reason, @detail, @at)
  ON CONFLICT (workspace_id) DO UPDATE
     SET path = excluded.path, reason = excluded.reason, detail = excluded.detail, at = excluded.at, back_at = NULL
   WHERE back_at IS NOT NULL
`);

const updateBack = statement<[backAt: number, workspaceId: string]>(`
  UPDATE workspace_set_aside SET back_at = ? WHERE workspace_id = ? AND back_at IS NULL
`);

/** The workspaces that are set aside now. */
export function setAsideRows(system: Connection): SetAside[] {
  return selectAside(system).all();
}

/** Every workspace that is or was set aside, with the time at which it came back (unix ms). */
export function knownSetAside(system: Connection) {
  return selectKnown(system).all();
}

/** Sets a workspace aside; if it already is, its first reason is kept. */
export function addSetAside(
  system: Connection,
  place: { workspaceId: string; path: string; at: number },
  { reason, message }: FileFault,
): void {
  insertOne(system).run({ ...place, reason, detail: message });
}

/** @returns false when it was not set aside. */
export function bringBack(system: Connection, workspaceId: string, now: number): boolean {
  return updateBack(system).run(now, workspaceId).changes === 1;
}
