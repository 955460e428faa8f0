import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { Role } from "../../platform/http/permissions.ts";

export type WorkspaceRow = {
  id: string;
  number: number;
  name: string;
  timeZone: string;
  postalAddress: string;
  tracking: 0 | 1;
  maxPerSecond: number | null;
  createdAt: number;
  organizationId: string;
  organizationName: string;
};
export type WorkspaceForPerson = WorkspaceRow & { role: Role };

const columns = `workspace.id, workspace.number, workspace.name, workspace.time_zone AS timeZone,
  workspace.postal_address AS postalAddress, workspace.tracking,
  workspace.max_per_second AS maxPerSecond, workspace.created_at AS createdAt,
  workspace.organization_id AS organizationId, organization.name AS organizationName`;

// The owner of an organization is an owner of each of its workspaces, member or not.
const roleColumn = `CASE WHEN owning.user_id IS NOT NULL THEN 'owner' ELSE membership.role END AS role`;

const joins = `
    FROM workspace
    JOIN organization ON organization.id = workspace.organization_id
    LEFT JOIN membership
           ON membership.workspace_id = workspace.id AND membership.user_id = @userId
    LEFT JOIN organization_member AS owning
           ON owning.organization_id = workspace.organization_id
          AND owning.user_id = @userId AND owning.role = 'owner'
   WHERE workspace.status <> 'deleting'
     AND (membership.user_id IS NOT NULL OR owning.user_id IS NOT NULL)`;

const selectForPerson = statement<[{ userId: string }], WorkspaceForPerson>(`
  SELECT ${columns}, ${roleColumn} ${joins}
   ORDER BY organization.name, workspace.name, workspace.id
`);

const selectOneForPerson = statement<[{ userId: string; id: string }], WorkspaceForPerson>(`
  SELECT ${columns}, ${roleColumn} ${joins} AND workspace.id = @id
     AND EXISTS (SELECT 1 FROM user WHERE user.id = @userId AND user.disabled_at IS NULL)
`);

const selectWorkspace = statement<[id: string], WorkspaceRow>(`
  SELECT ${columns}
    FROM workspace
    JOIN organization ON organization.id = workspace.organization_id
   WHERE workspace.id = ? AND workspace.status <> 'deleting'
`);

const insertWorkspace = statement<
  [
    {
      id: string;
      organizationId: string;
      name: string;
      timeZone: string;
      postalAddress: string;
      now: number;
    },
  ]
>(`
  INSERT INTO workspace (id, organization_id, name, time_zone, postal_address, created_at, updated_at)
  VALUES (@id, @organizationId, @name, @timeZone, @postalAddress, @now, @now)
`);

const updateWorkspace = statement<
  [
    {
      id: string;
      name: string;
      timeZone: string;
      postalAddress: string;
      tracking: 0 | 1;
      maxPerSecond: number | null;
      now: number;
    },
  ]
>(`
  UPDATE workspace
     SET name = @name, time_zone = @timeZone, postal_address = @postalAddress,
         tracking = @tracking, max_per_second = @maxPerSecond, updated_at = @now
   WHERE id = @id
`);

// Tracking tokens contain the workspace's number, including tokens of workspaces that this system.db no longer knows.
const advanceNumbers = statement<[by: number]>(
  "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'workspace'",
);

/** Skips this many numbers before the next workspace. */
export function skipNumbers(db: Connection, by: number): void {
  advanceNumbers(db).run(by);
}

export function workspacesForPerson(db: Connection, userId: string): WorkspaceForPerson[] {
  return selectForPerson(db).all({ userId });
}

/** The workspace with the person's role; undefined when they have none or are disabled, or it does not exist. */
export function workspaceForPerson(
  db: Connection,
  userId: string,
  id: string,
): WorkspaceForPerson | undefined {
  return selectOneForPerson(db).get({ userId, id });
}

export function findWorkspace(db: Connection, id: string): WorkspaceRow | undefined {
  return selectWorkspace(db).get(id);
}

export function addWorkspace(
  db: Connection,
  workspace: {
    id: string;
    organizationId: string;
    name: string;
    timeZone: string;
    postalAddress: string;
    now: number;
  },
): void {
  insertWorkspace(db).run(workspace);
}

export function changeWorkspaceRow(
  db: Connection,
  workspace: {
    id: string;
    name: string;
    timeZone: string;
    postalAddress: string;
    tracking: 0 | 1;
    maxPerSecond: number | null;
    now: number;
  },
): void {
  updateWorkspace(db).run(workspace);
}
