import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

type Entry = { host: string; workspaceId: string };

const insertHost = statement<[Entry & { now: number }]>(`
  INSERT INTO tracking_host (host, workspace_id, created_at)
  VALUES (@host, @workspaceId, @now)
  ON CONFLICT DO NOTHING
`);
const removeHost = statement<[Entry]>(
  "DELETE FROM tracking_host WHERE host = @host AND workspace_id = @workspaceId",
);
const selectHost = statement<[host: string], { n: number }>(
  "SELECT 1 AS n FROM tracking_host WHERE host = ? LIMIT 1",
);

/** Registers a host that serves only tracking. */
export function addTrackingHost(system: Connection, entry: Entry, now: number): void {
  insertHost(system).run({ ...entry, now });
}

export function removeTrackingHost(system: Connection, entry: Entry): void {
  removeHost(system).run(entry);
}

export const hasTrackingHost = (system: Connection, host: string): boolean =>
  selectHost(system).get(host) !== undefined;
