import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

const selectWorkspace = statement<[id: string], { id: string }>(`
  SELECT id
    FROM workspace
   WHERE id = ? AND status = 'active'
`);

/** True for an active workspace of this instance. */
export function isKnownWorkspace(system: Connection, id: string): boolean {
  return selectWorkspace(system).get(id) !== undefined;
}
