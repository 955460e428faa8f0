import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

export type GroupRow = { id: number; name: string; createdAt: number; updatedAt: number };
export type GroupMember = { routeId: number; position: number; weight: number };
export type GroupMemberRow = GroupMember & { name: string; enabled: number };

const columns = "id, name, created_at AS createdAt, updated_at AS updatedAt";
const selectAll = statement<[], GroupRow>(`SELECT ${columns} FROM route_group ORDER BY id`);
const selectOne = statement<[id: number], GroupRow>(
  `SELECT ${columns} FROM route_group WHERE id = ?`,
);
const selectMembers = statement<[groupId: number], GroupMemberRow>(`
  SELECT route_id AS routeId, position, weight, route.name, route.enabled
    FROM route_group_member
    JOIN route ON route.id = route_id
   WHERE group_id = ?
   ORDER BY position, route_id
`);

const insertGroup = statement<[{ name: string; now: number }]>(
  "INSERT INTO route_group (name, created_at, updated_at) VALUES (@name, @now, @now)",
);
const updateGroup = statement<[{ id: number; name: string; now: number }]>(
  "UPDATE route_group SET name = @name, updated_at = @now WHERE id = @id",
);
const removeMembers = statement<[groupId: number]>(
  "DELETE FROM route_group_member WHERE group_id = ?",
);
const insertMember = statement<[GroupMember & { groupId: number }]>(`
  INSERT INTO route_group_member (group_id, route_id, position, weight)
  VALUES (@groupId, @routeId, @position, @weight)
`);
const removeGroup = statement<[id: number]>("DELETE FROM route_group WHERE id = ?");

const selectUser = statement<[groupId: number], { name: string }>(`
  SELECT campaign.name
    FROM campaign_sending
    JOIN campaign ON campaign.id = campaign_id
   WHERE route_group_id = ?
     AND campaign.status NOT IN ('draft', 'completed', 'cancelled')
   LIMIT 1
`);

const selectOnlyOf = statement<[routeId: number], { name: string }>(`
  SELECT route_group.name
    FROM route_group_member AS own
    JOIN route_group ON route_group.id = own.group_id
   WHERE own.route_id = ?
     AND NOT EXISTS (SELECT 1
                       FROM route_group_member AS other
                      WHERE other.group_id = own.group_id AND other.route_id <> own.route_id)
   LIMIT 1
`);

export const listGroups = (db: Connection): GroupRow[] => selectAll(db).all();
export const findGroup = (db: Connection, id: number): GroupRow | undefined =>
  selectOne(db).get(id);

/** The members of a group, in order of preference. */
export const listGroupMembers = (db: Connection, groupId: number): GroupMemberRow[] =>
  selectMembers(db).all(groupId);

/** Returns the new group's id. */
export function addGroup(
  db: Connection,
  group: { name: string; members: GroupMember[]; now: number },
): number {
  return inTransaction(db, () => {
    const { lastInsertRowid } = insertGroup(db).run({ name: group.name, now: group.now });
    const id = Number(lastInsertRowid);
    fill(db, id, group.members);
    return id;
  });
}

export function replaceGroup(
  db: Connection,
  group: { id: number; name: string; members: GroupMember[]; now: number },
): void {
  inTransaction(db, () => {
    updateGroup(db).run({ id: group.id, name: group.name, now: group.now });
    removeMembers(db).run(group.id);
    fill(db, group.id, group.members);
  });
}

function fill(db: Connection, groupId: number, members: GroupMember[]): void {
  for (const { routeId, position, weight } of members) {
    insertMember(db).run({ groupId, routeId, position, weight });
  }
}

/** False when there was none. */
export const deleteGroupRow = (db: Connection, id: number): boolean =>
  removeGroup(db).run(id).changes === 1;

/** The name of a scheduled or launched campaign that uses the group and has not ended, if any. */
export const findGroupUser = (db: Connection, id: number): string | undefined =>
  selectUser(db).get(id)?.name;

/** The name of a group whose only route is this one, if any. */
export const findGroupOfOnly = (db: Connection, routeId: number): string | undefined =>
  selectOnlyOf(db).get(routeId)?.name;
