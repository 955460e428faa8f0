import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { Role } from "../../platform/http/permissions.ts";

export type MemberRow = {
  userId: string;
  email: string;
  name: string;
  role: Role;
  isInvited: 0 | 1;
  createdAt: number;
};

const columns = `membership.user_id AS userId, user.email, user.name, membership.role,
  user.password_hash = '' AS isInvited, membership.created_at AS createdAt`;

const selectMembers = statement<
  [{ workspaceId: string; after: string; limit: number }],
  MemberRow
>(`
  SELECT ${columns}
    FROM membership
    JOIN user ON user.id = membership.user_id
   WHERE membership.workspace_id = @workspaceId AND membership.user_id > @after
   ORDER BY membership.user_id
   LIMIT @limit
`);

const selectMember = statement<[{ workspaceId: string; userId: string }], MemberRow>(`
  SELECT ${columns}
    FROM membership
    JOIN user ON user.id = membership.user_id
   WHERE membership.workspace_id = @workspaceId AND membership.user_id = @userId
`);

const insertMember = statement<[{ workspaceId: string; userId: string; role: Role; now: number }]>(`
  INSERT INTO membership (user_id, workspace_id, role, created_at)
  VALUES (@userId, @workspaceId, @role, @now)
  ON CONFLICT DO NOTHING
`);

const updateRole = statement<[{ workspaceId: string; userId: string; role: Role }]>(`
  UPDATE membership SET role = @role
   WHERE workspace_id = @workspaceId AND user_id = @userId
`);

const deleteMember = statement<[{ workspaceId: string; userId: string }]>(`
  DELETE FROM membership WHERE workspace_id = @workspaceId AND user_id = @userId
`);

const countOwners = statement<[workspaceId: string], { n: number }>(`
  SELECT count(*) AS n FROM membership WHERE workspace_id = ? AND role = 'owner'
`);

export function membersAfter(
  db: Connection,
  page: { workspaceId: string; after: string; limit: number },
): MemberRow[] {
  return selectMembers(db).all(page);
}

export function findMember(
  db: Connection,
  workspaceId: string,
  userId: string,
): MemberRow | undefined {
  return selectMember(db).get({ workspaceId, userId });
}

/** False when the person is already a member. */
export function addMember(
  db: Connection,
  member: { workspaceId: string; userId: string; role: Role; now: number },
): boolean {
  return insertMember(db).run(member).changes === 1;
}

export function setMemberRole(
  db: Connection,
  member: { workspaceId: string; userId: string; role: Role },
): void {
  updateRole(db).run(member);
}

export function removeMemberRow(db: Connection, workspaceId: string, userId: string): void {
  deleteMember(db).run({ workspaceId, userId });
}

export function ownersIn(db: Connection, workspaceId: string): number {
  return countOwners(db).get(workspaceId)?.n ?? 0;
}
