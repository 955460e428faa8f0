import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type SegmentKind = "live" | "static";

export type SegmentRow = {
  id: number;
  name: string;
  description: string;
  kind: SegmentKind;
  /** JSON: Rule. */
  rule: string;
  state: "filling" | "ready";
  memberCount: number | null;
  countedAt: number | null;
  createdAt: number;
  updatedAt: number;
};

const columns = `id, name, description, kind, rule, state, member_count AS memberCount,
  counted_at AS countedAt, created_at AS createdAt, updated_at AS updatedAt`;

const selectPage = statement<
  [{ q: string; nameKey: string; id: number; limit: number }],
  SegmentRow & { nameKey: string }
>(`
  SELECT ${columns}, name_key AS nameKey
    FROM segment
   WHERE (name_key, id) > (@nameKey, @id) AND instr(name_key, @q) > 0
   ORDER BY name_key, id
   LIMIT @limit
`);

const selectOne = statement<[id: number], SegmentRow>(
  `SELECT ${columns} FROM segment WHERE id = ?`,
);

const countAll = statement<[], { n: number }>("SELECT count(*) AS n FROM segment");

export type NewSegment = {
  name: string;
  nameKey: string;
  description: string;
  kind: SegmentKind;
  rule: string;
  state: SegmentRow["state"];
  by: string;
  now: number;
};

const insertRow = statement<[NewSegment], SegmentRow>(`
  INSERT INTO segment (name, name_key, description, kind, rule, state, created_by, created_at, updated_at)
  VALUES (@name, @nameKey, @description, @kind, @rule, @state, @by, @now, @now)
  ON CONFLICT (name_key) DO NOTHING
  RETURNING ${columns}
`);

export type SegmentChange = {
  id: number;
  name: string;
  nameKey: string;
  description: string;
  rule: string;
  now: number;
};

// Resets the count when the rule changes, since it belongs to the old rule.
const updateRow = statement<[SegmentChange], SegmentRow>(`
  UPDATE OR IGNORE segment
     SET name = @name, name_key = @nameKey, description = @description, updated_at = @now,
         member_count = CASE WHEN rule = @rule THEN member_count END,
         counted_at = CASE WHEN rule = @rule THEN counted_at END, rule = @rule
   WHERE id = @id
  RETURNING ${columns}
`);

const storeCountRow = statement<[{ id: number; rule: string; n: number; now: number }]>(`
  UPDATE segment SET member_count = @n, counted_at = @now WHERE id = @id AND rule = @rule
`);

const readyRow = statement<[{ id: number; now: number }]>(`
  UPDATE segment
     SET state = 'ready', counted_at = @now,
         member_count = (SELECT count(*) FROM segment_member WHERE segment_id = @id)
   WHERE id = @id
`);

const deleteMembers = statement<[{ id: number; limit: number }]>(`
  DELETE FROM segment_member
   WHERE segment_id = @id
     AND contact_id IN (SELECT contact_id FROM segment_member WHERE segment_id = @id LIMIT @limit)
`);

const deleteRow = statement<[id: number]>("DELETE FROM segment WHERE id = ?");

/** Segments by name, whose folded name contains `q`. */
export const segmentsAfter = (
  db: Connection,
  page: { q: string; nameKey: string; id: number; limit: number },
) => selectPage(db).all(page);

export const findSegment = (db: Connection, id: number): SegmentRow | undefined =>
  selectOne(db).get(id);

export const segmentCount = (db: Connection): number => countAll(db).get()?.n ?? 0;

/** Undefined when another segment has the name. */
export const insertSegment = (db: Connection, segment: NewSegment) => insertRow(db).get(segment);

/** Undefined, without a change, when there is no such segment or another has the name. */
export const updateSegment = (db: Connection, change: SegmentChange) => updateRow(db).get(change);

/** Stores a count, unless the rule changed since it was counted. */
export function storeCount(
  db: Connection,
  count: { id: number; rule: string; n: number; now: number },
): void {
  storeCountRow(db).run(count);
}

/** Marks a static segment as complete. */
export function markFilled(db: Connection, id: number, now: number): void {
  readyRow(db).run({ id, now });
}

const incompleteRow = statement<[id: number]>(
  "UPDATE segment SET state = 'filling' WHERE id = ? AND kind = 'static'",
);

/** Marks a static segment as incomplete. */
export function markIncomplete(db: Connection, id: number): void {
  incompleteRow(db).run(id);
}

/** Removes up to `limit` members of a static segment. Returns how many. */
export const removeSomeMembers = (db: Connection, id: number, limit: number): number =>
  deleteMembers(db).run({ id, limit }).changes;

export const deleteSegmentRow = (db: Connection, id: number): boolean =>
  deleteRow(db).run(id).changes === 1;

/** Adds the contacts with ids from `from` to `to`, both included, that match the condition. Returns how many. */
export function addMembersWhere(
  db: Connection,
  segmentId: number,
  condition: { sql: string; params: Record<string, string | number> },
  range: { from: number; to: number },
): number {
  return db
    .prepare(
      `INSERT INTO segment_member (segment_id, contact_id)
       SELECT @segmentId, contact.id FROM contact
        WHERE contact.id BETWEEN @from AND @to AND ${condition.sql}
       ON CONFLICT DO NOTHING`,
    )
    .run({ ...condition.params, ...range, segmentId }).changes;
}

const selectNames = {
  tag: statement<[id: number], { name: string }>(
    "SELECT name FROM tag WHERE id = ? AND removed_at IS NULL",
  ),
  list: statement<[id: number], { name: string }>(
    "SELECT name FROM list WHERE id = ? AND NOT is_going",
  ),
  campaign: statement<[id: number], { name: string }>(
    "SELECT name FROM campaign WHERE id = ? AND deleted_at IS NULL",
  ),
};

/** The name of an object that a rule refers to; undefined when it was deleted. */
export const nameOf = (
  db: Connection,
  what: keyof typeof selectNames,
  id: number,
): string | undefined => selectNames[what](db).get(id)?.name;

const selectCampaigns = statement<[{ id: number }], { id: number; name: string; status: string }>(`
  SELECT id, name, status FROM campaign
   WHERE deleted_at IS NULL
     AND (EXISTS (SELECT 1 FROM json_each(audience, '$.includeSegments') WHERE value = @id)
          OR EXISTS (SELECT 1 FROM json_each(audience, '$.excludeSegments') WHERE value = @id))
   ORDER BY id DESC
   LIMIT 50
`);

/** Campaigns that use the segment, newest first. */
export const campaignsWith = (db: Connection, id: number) => selectCampaigns(db).all({ id });

const selectCampaignsOfList = statement<
  [{ id: number }],
  { id: number; name: string; status: string }
>(`
  SELECT id, name, status FROM campaign
   WHERE deleted_at IS NULL
     AND (EXISTS (SELECT 1 FROM json_each(audience, '$.includeLists') WHERE value = @id)
          OR EXISTS (SELECT 1 FROM json_each(audience, '$.excludeLists') WHERE value = @id))
   ORDER BY id DESC
   LIMIT 50
`);

/** Campaigns that use the list, newest first. */
export const campaignsWithList = (db: Connection, id: number) =>
  selectCampaignsOfList(db).all({ id });

const selectRules = statement<[], { id: number; name: string; rule: string }>(
  "SELECT id, name, rule FROM segment WHERE kind = 'live' ORDER BY name_key",
);

/** The rules of all live segments, by name. */
export const allRules = (db: Connection) => selectRules(db).all();

const selectAll = statement<[], Pick<SegmentRow, "id" | "name" | "description" | "rule">>(
  "SELECT id, name, description, rule FROM segment ORDER BY id",
);

/** All segments; static ones with the rule they were created from. */
export const allSegments = (db: Connection) => selectAll(db).all();

type Named = { id: number; name: string };

const selectTemplates = statement<[{ text: string; glob: string }], Named>(`
  SELECT id, name FROM template
   WHERE instr(source, @text) > 0 AND source || ' ' GLOB @glob
      OR subject || ' ' GLOB @glob
   ORDER BY name
`);

const selectDrafts = statement<[{ text: string; glob: string }], Named>(`
  SELECT id, name FROM campaign
   WHERE status IN ('draft', 'scheduled') AND deleted_at IS NULL
     AND (subject || ' ' || preheader || ' ' GLOB @glob
          OR instr(body_source, @text) > 0 AND body_source || ' ' GLOB @glob
          OR instr(text_source, @text) > 0 AND text_source || ' ' GLOB @glob)
   ORDER BY id DESC
`);

/** Templates and unsent campaigns that contain `contact.<key>`. */
export function textsNaming(
  db: Connection,
  key: string,
): { templates: Named[]; campaigns: Named[] } {
  const wanted = { text: `contact.${key}`, glob: `*contact.${key}[^a-z0-9_]*` };
  return { templates: selectTemplates(db).all(wanted), campaigns: selectDrafts(db).all(wanted) };
}
