import type { Databases } from "../../server/platform/db/databases.ts";
import { newId } from "../../server/platform/ids.ts";

/** Adds an empty workspace to a folder, with its organization; returns its id. */
export function addWorkspace(databases: Databases, id = newId(), name = "Workspace"): string {
  const { system } = databases;
  system.exec("INSERT OR IGNORE INTO organization VALUES ('org', 'Organization', 0, 0)");
  system
    .prepare(
      `INSERT INTO workspace (id, organization_id, name, time_zone, postal_address, created_at, updated_at)
       VALUES (?, 'org', ?, 'UTC', '1 Test Street', 0, 0)`,
    )
    .run(id, name);
  databases.createWorkspace(id);
  return id;
}
