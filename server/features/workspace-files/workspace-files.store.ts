import type { Connection } from "../../platform/db/driver.ts";
import type { SetAside } from "../../platform/db/set-aside.store.ts";
import { statement } from "../../platform/db/statements.ts";

const selectAside = statement<[], SetAside & { name: string; organizationName: string }>(`
  SELECT aside.workspace_id AS workspaceId, aside.path, aside.reason, aside.detail, aside.at,
         ifnull(workspace.name, '') AS name, ifnull(organization.name, '') AS organizationName
    FROM workspace_set_aside AS aside
         LEFT JOIN workspace ON workspace.id = aside.workspace_id
         LEFT JOIN organization ON organization.id = workspace.organization_id
   WHERE aside.back_at IS NULL
   ORDER BY aside.at, aside.workspace_id
`);

/** The workspaces that are set aside, with their names. */
export function namedSetAside(system: Connection) {
  return selectAside(system).all();
}
