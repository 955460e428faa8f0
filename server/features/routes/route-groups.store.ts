import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type GroupMemberRow = { routeId: number; position: number; weight: number };

const selectMembers = statement<[groupId: number], GroupMemberRow>(`
  SELECT route_id AS routeId, position, weight
    FROM route_group_member
   WHERE group_id = ?
   ORDER BY position, route_id
`);

/** The members of a group, first choice first. */
export const listGroupMembers = (db: Connection, groupId: number): GroupMemberRow[] =>
  selectMembers(db).all(groupId);
