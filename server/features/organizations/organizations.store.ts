import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type OrganizationRow = { id: string; name: string; role: "owner" | "member" };

const insertOrganization = statement<[{ id: string; name: string; now: number }]>(`
  INSERT INTO organization (id, name, created_at, updated_at) VALUES (@id, @name, @now, @now)
`);

const insertMember = statement<
  [{ organizationId: string; userId: string; role: "owner" | "member"; now: number }]
>(`
  INSERT INTO organization_member (organization_id, user_id, role, created_at)
  VALUES (@organizationId, @userId, @role, @now)
  ON CONFLICT DO NOTHING
`);

const selectOfUser = statement<[userId: string], OrganizationRow>(`
  SELECT organization.id, organization.name, organization_member.role
    FROM organization_member
    JOIN organization ON organization.id = organization_member.organization_id
   WHERE organization_member.user_id = ?
   ORDER BY organization.name, organization.id
`);

const selectRole = statement<
  [{ organizationId: string; userId: string }],
  { role: "owner" | "member" }
>(`
  SELECT role FROM organization_member
   WHERE organization_id = @organizationId AND user_id = @userId
`);

const updateName = statement<[{ id: string; name: string; now: number }]>(`
  UPDATE organization SET name = @name, updated_at = @now WHERE id = @id
`);

const selectName = statement<[id: string], { name: string }>(`
  SELECT name FROM organization WHERE id = ?
`);

export function findOrganization(db: Connection, id: string): { name: string } | undefined {
  return selectName(db).get(id);
}

export function addOrganization(
  db: Connection,
  organization: { id: string; name: string; now: number },
): void {
  insertOrganization(db).run(organization);
}

export function addOrganizationMember(
  db: Connection,
  member: { organizationId: string; userId: string; role: "owner" | "member"; now: number },
): void {
  insertMember(db).run(member);
}

export function organizationsOf(db: Connection, userId: string): OrganizationRow[] {
  return selectOfUser(db).all(userId);
}

export function organizationRole(
  db: Connection,
  organizationId: string,
  userId: string,
): "owner" | "member" | undefined {
  return selectRole(db).get({ organizationId, userId })?.role;
}

export function renameOrganization(db: Connection, id: string, name: string, now: number): void {
  updateName(db).run({ id, name, now });
}
