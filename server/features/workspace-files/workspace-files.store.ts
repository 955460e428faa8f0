import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

type Names = { name: string; organizationName: string };

const selectNames = statement<[id: string], Names>(`
  SELECT workspace.name, organization.name AS organizationName
    FROM workspace JOIN organization ON organization.id = workspace.organization_id
   WHERE workspace.id = ?
`);

/** The display name of a workspace; empty when the directory no longer contains it. */
export function namesOf(system: Connection, { workspaceId }: { workspaceId: string }): Names {
  return selectNames(system).get(workspaceId) ?? { name: "", organizationName: "" };
}
