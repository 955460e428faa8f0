import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type MembershipStatus = "pending" | "subscribed" | "unsubscribed";

export type ListRow = {
  id: number;
  name: string;
  /** Shown to recipients if the list is public. */
  description: string;
  /** 1 = people can join and leave by themselves. */
  isPublic: number;
  /** 1 = people who sign up through a form must confirm their address first. */
  doubleOptIn: number;
  pending: number;
  subscribed: number;
  unsubscribed: number;
  createdAt: number;
  updatedAt: number;
};

/** The editable properties of a list. */
type ListValues = Pick<ListRow, "name" | "description" | "isPublic" | "doubleOptIn"> & {
  nameKey: string;
};

export type MembershipRow = {
  id: number;
  name: string;
  status: MembershipStatus;
  changedAt: number;
  source: string;
  reason: string;
};

/** Who changed a membership and why. `source` is for instance `import:12`, `form:3` or `manual`. */
export type MembershipChange = {
  listId: number;
  contactId: number;
  source: string;
  reason: string;
  now: number;
};

const columns = `id, name, description, is_public AS isPublic, double_opt_in AS doubleOptIn, pending_count AS pending, subscribed_count AS subscribed,
  unsubscribed_count AS unsubscribed, created_at AS createdAt, updated_at AS updatedAt`;

const selectLists = statement<
  [{ q: string; nameKey: string; id: number; limit: number }],
  ListRow & { nameKey: string }
>(`
  SELECT ${columns}, name_key AS nameKey
    FROM list
   WHERE (name_key, id) > (@nameKey, @id) AND instr(name_key, @q) > 0 AND NOT is_going
   ORDER BY name_key, id
   LIMIT @limit
`);

const selectList = statement<[id: number], ListRow>(`SELECT ${columns} FROM list WHERE id = ?`);

const selectPublicLists = statement<[], ListRow>(`
  SELECT ${columns} FROM list WHERE is_public = 1 AND NOT is_going ORDER BY name_key LIMIT 100
`);

const insertRow = statement<[ListValues & { now: number }], ListRow>(`
  INSERT INTO list (name, name_key, description, is_public, double_opt_in, created_at, updated_at)
  VALUES (@name, @nameKey, @description, @isPublic, @doubleOptIn, @now, @now)
  ON CONFLICT (name_key) DO NOTHING
  RETURNING ${columns}
`);

const updateRow = statement<[ListValues & { id: number; now: number }], ListRow>(`
  UPDATE OR IGNORE list
     SET name = @name, name_key = @nameKey, description = @description, is_public = @isPublic,
         double_opt_in = @doubleOptIn, updated_at = @now
   WHERE id = @id
  RETURNING ${columns}
`);

// Memberships are deleted first and in slices, so that deleting a list with a million members does not hold the lock.
const deleteSomeMembers = statement<[{ id: number; limit: number }]>(`
  DELETE FROM list_contact
   WHERE list_id = @id
     AND contact_id IN (SELECT contact_id FROM list_contact WHERE list_id = @id LIMIT @limit)
`);

const deleteRow = statement<[id: number]>("DELETE FROM list WHERE id = ?");

// Does not change an existing membership: in particular, an import never undoes an unsubscribe.
const insertMember = statement<
  [listId: number, contactId: number, now: number, source: string, reason: string]
>(`
  INSERT INTO list_contact (list_id, contact_id, status, changed_at, source, reason)
  VALUES (?, ?, 'subscribed', ?, ?, ?)
  ON CONFLICT (list_id, contact_id) DO NOTHING
`);

const insertPending = statement<
  [listId: number, contactId: number, now: number, source: string, reason: string]
>(`
  INSERT INTO list_contact (list_id, contact_id, status, changed_at, source, reason)
  VALUES (?, ?, 'pending', ?, ?, ?)
  ON CONFLICT (list_id, contact_id) DO NOTHING
`);

const insertKnownMember = statement<[MembershipChange]>(`
  INSERT INTO list_contact (list_id, contact_id, status, changed_at, source, reason)
  SELECT @listId, id, 'subscribed', @now, @source, @reason FROM contact WHERE id = @contactId
  ON CONFLICT (list_id, contact_id) DO NOTHING
`);

const setStatus = statement<[MembershipChange & { status: MembershipStatus }]>(`
  INSERT INTO list_contact (list_id, contact_id, status, changed_at, source, reason)
  SELECT @listId, id, @status, @now, @source, @reason FROM contact WHERE id = @contactId
  ON CONFLICT (list_id, contact_id) DO UPDATE
     SET status = excluded.status, changed_at = excluded.changed_at, source = excluded.source,
         reason = excluded.reason
   WHERE status <> excluded.status
`);

const insertMembership = statement<[MembershipChange & { status: MembershipStatus }]>(`
  INSERT INTO list_contact (list_id, contact_id, status, changed_at, source, reason)
  VALUES (@listId, @contactId, @status, @now, @source, @reason)
  ON CONFLICT (list_id, contact_id) DO NOTHING
`);

const selectIdByName = statement<[nameKey: string], { id: number }>(
  "SELECT id FROM list WHERE name_key = ?",
);

const deleteMember = statement<[listId: number, contactId: number]>(`
  DELETE FROM list_contact WHERE list_id = ? AND contact_id = ? AND status <> 'unsubscribed'
`);

const selectMemberships = statement<[contactId: number], MembershipRow>(`
  SELECT l.id, l.name, m.status, m.changed_at AS changedAt, m.source, m.reason
    FROM list_contact m
    JOIN list l ON l.id = m.list_id
   WHERE m.contact_id = ?
   ORDER BY l.name_key
`);

/** Lists by name, whose folded name contains `q`. */
export function listsAfter(
  db: Connection,
  page: { q: string; nameKey: string; id: number; limit: number },
): (ListRow & { nameKey: string })[] {
  return selectLists(db).all(page);
}

export function findList(db: Connection, id: number): ListRow | undefined {
  return selectList(db).get(id);
}

/** The public lists that people can choose from, by name; the first 100. */
export function publicLists(db: Connection): ListRow[] {
  return selectPublicLists(db).all();
}

const selectPublicAmong = statement<[ids: string], ListRow>(`
  SELECT ${columns} FROM list
   WHERE is_public = 1 AND NOT is_going AND id IN (SELECT value FROM json_each(?))
   ORDER BY name_key
`);

/** Those of the given lists that exist and are public, by name. */
export function publicListsAmong(db: Connection, ids: readonly number[]): ListRow[] {
  return selectPublicAmong(db).all(JSON.stringify(ids));
}

/** Undefined when another list has the name. */
export function insertList(
  db: Connection,
  list: ListValues & { now: number },
): ListRow | undefined {
  return insertRow(db).get(list);
}

/** Undefined, without a change, when there is no such list or another has the name. */
export function updateList(
  db: Connection,
  list: ListValues & { id: number; now: number },
): ListRow | undefined {
  return updateRow(db).get(list);
}

// Frees the name at once, because the list is no longer visible.
const setGoing = statement<[id: number]>(`
  UPDATE list SET is_going = 1, name_key = name_key || char(10) || id WHERE id = ? AND NOT is_going
`);

const selectGoing = statement<[], { id: number }>("SELECT id FROM list WHERE is_going");

/** Marks a list as being deleted: campaigns, segments, forms and people no longer find it. */
export function markListBeingDeleted(db: Connection, id: number): void {
  setGoing(db).run(id);
}

const selectCampaignInNeed = statement<[{ id: number }], { name: string; status: string }>(`
  SELECT name, status
    FROM campaign LEFT JOIN campaign_audience AS frozen ON frozen.campaign_id = campaign.id
   WHERE status IN ('sending', 'pausing', 'paused')
     AND EXISTS (SELECT 1 FROM json_each(coalesce(frozen.audience, campaign.audience), '$.excludeLists')
                  WHERE value = @id)
   LIMIT 1
`);

/** A campaign in progress that excludes the members of this list. */
export function campaignInNeed(
  db: Connection,
  id: number,
): { name: string; status: string } | undefined {
  return selectCampaignInNeed(db).get({ id });
}

/** Removes up to `limit` memberships. Returns how many. */
export function removeSomeMembers(db: Connection, listId: number, limit: number): number {
  return deleteSomeMembers(db).run({ id: listId, limit }).changes;
}

export function deleteListRow(db: Connection, id: number): boolean {
  return deleteRow(db).run(id).changes === 1;
}

/** Adds an existing contact. False when it already has a membership, whatever its status. */
export function addMember(
  db: Connection,
  listId: number,
  contactId: number,
  now: number,
  source: string,
): boolean {
  return insertMember(db).run(listId, contactId, now, source, "").changes === 1;
}

/** Adds an unconfirmed member, whom no campaign reaches. Existing members stay unchanged. */
export function addPending(
  db: Connection,
  member: { listId: number; contactId: number; source: string; reason: string; now: number },
): void {
  const { listId, contactId, source, reason, now } = member;
  insertPending(db).run(listId, contactId, now, source, reason);
}

/** Like `addMember`, for an id that may not exist. */
export function addMemberIfContact(db: Connection, change: MembershipChange): boolean {
  return insertKnownMember(db).run(change).changes === 1;
}

const forgetLeave = statement<[{ listId: number; contactId: number }]>(`
  DELETE FROM kept_leave
   WHERE list_id = @listId AND address = (SELECT address FROM contact WHERE id = @contactId)
`);

/**
 * False when the membership already has that status, or there is no such contact. Subscribing a contact in this way
 * also deletes the record that an earlier contact with its address left the list.
 */
export function setMembership(
  db: Connection,
  change: MembershipChange & { status: MembershipStatus },
): boolean {
  if (change.status === "subscribed") {
    forgetLeave(db).run({ listId: change.listId, contactId: change.contactId });
  }
  return setStatus(db).run(change).changes === 1;
}

/** Adds a membership with any status to an existing contact. False when it already has one. */
export function insertMembershipRow(
  db: Connection,
  membership: MembershipChange & { status: MembershipStatus },
): boolean {
  return insertMembership(db).run(membership).changes === 1;
}

export const findIdByNameKey = (db: Connection, nameKey: string): number | undefined =>
  selectIdByName(db).get(nameKey)?.id;

/** Removes a contact from a list. An unsubscribed contact stays on it as unsubscribed. */
export function removeMember(db: Connection, listId: number, contactId: number): boolean {
  return deleteMember(db).run(listId, contactId).changes === 1;
}

const endOthers = statement<
  [{ contactId: number; listIds: string; source: string; now: number }],
  { listId: number }
>(`
  UPDATE list_contact
     SET status = 'unsubscribed', changed_at = @now, source = @source, reason = 'unsubscribed before'
   WHERE contact_id = @contactId AND status <> 'unsubscribed'
     AND list_id NOT IN (SELECT value FROM json_each(@listIds))
  RETURNING list_id AS listId
`);

/** Ends a contact's memberships in all lists except these. Returns those lists. */
export function leaveOtherLists(
  db: Connection,
  {
    listIds,
    ...change
  }: { contactId: number; listIds: readonly number[]; source: string; now: number },
): number[] {
  const left = endOthers(db).all({ ...change, listIds: JSON.stringify(listIds) });
  return left.map(({ listId }) => listId);
}

export function membershipsOf(db: Connection, contactId: number): MembershipRow[] {
  return selectMemberships(db).all(contactId);
}

/** Lists whose deletion has started but not finished. */
export function listsBeingDeleted(db: Connection): number[] {
  return selectGoing(db)
    .all()
    .map(({ id }) => id);
}
