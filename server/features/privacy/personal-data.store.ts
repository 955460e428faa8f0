import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** The rows of one table about a person. */
export type PersonTable = { name: string; rows: Row[] };

/** Tables that also have an index on the address, by which rows about a person are found. */
const BY_ADDRESS = ["suppression", "soft_bounce", "form_signup", "consent", "address_change"];
// The person's ids, including those of contacts merged into theirs.
const IDS =
  "(SELECT @contactId UNION ALL SELECT from_id FROM contact_merge WHERE contact_id = @contactId)";
const ADDRESSES =
  "(SELECT @address UNION ALL SELECT address FROM contact_merge WHERE contact_id = @contactId UNION ALL SELECT address FROM contact_former_address WHERE contact_id = @contactId)";
/** Tables that are not exported: copies for undo, privacy requests, and hashes of erased addresses. */
const LEFT_OUT = new Set(["task_undo", "person_request", "erased_contact"]);

// Tables are found in the schema instead of a list in this file, so that a table added later cannot be forgotten.
const selectTables = statement<[], { name: string; columns: string }>(`
  SELECT m.name, group_concat(c.name) AS columns
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
   GROUP BY m.name
   ORDER BY m.name
`);

const selectContact = statement<[id: number], Row>("SELECT * FROM contact WHERE id = ?");
const selectCampaigns = statement<[ids: string], { id: number; name: string }>(`
  SELECT id, name FROM campaign WHERE id IN (SELECT value FROM json_each(?))
`);
const selectAgents = statement<[ids: string], { id: number; value: string }>(`
  SELECT id, value FROM user_agent WHERE id IN (SELECT value FROM json_each(?))
`);
const selectLists = statement<[contactId: number], { id: number; name: string }>(`
  SELECT id, name FROM list WHERE id IN (SELECT list_id FROM list_contact WHERE contact_id = ?)
`);
const selectImport = statement<[id: number], Row>(`
  SELECT i.id, i.file_name, i.created_by, i.created_at, t.finished_at
    FROM import i LEFT JOIN task t ON t.id = i.task_id
   WHERE i.id = ?
`);
// Other actions on contacts have a list or a bulk action as their target, which may have the same number.
const selectAudit = statement<[{ workspaceId: string; contactId: number; target: string }], Row>(`
  SELECT at, actor_id, action, detail FROM audit
   WHERE workspace_id = @workspaceId
     AND (   (    target = @target
              AND action IN ('contact.create', 'contact.update', 'contact.delete', 'contact.merge',
                             'contact_note.create', 'contact_note.change', 'contact_note.delete'))
          OR (action = 'list.membership' AND json_extract(detail, '$.contact') = @contactId))
   ORDER BY id
`);

/** The contact's own row. */
export function contactRow(db: Connection, id: number): Row | undefined {
  return selectContact(db).get(id);
}

/** Everything else about a person in this workspace's file, table by table. Empty tables are omitted. */
export function personTables(
  db: Connection,
  person: { contactId: number; address: string },
): PersonTable[] {
  const found: PersonTable[] = [];
  for (const { name, columns } of selectTables(db).all()) {
    const select = LEFT_OUT.has(name) ? undefined : selectOf(name, columns.split(","));
    if (select === undefined) {
      continue;
    }
    // Names come only from the schema; values are always parameters.
    const rows = db
      .prepare<[{ contactId: number; address: string }], Row>(
        `${select} AND @contactId IS NOT NULL AND @address IS NOT NULL`,
      )
      .all(person);
    if (rows.length > 0) {
      found.push({ name, rows });
    }
  }
  return found;
}

function selectOf(table: string, columns: readonly string[]): string | undefined {
  const name = `"${table.replaceAll('"', '""')}"`;
  const byAddress = BY_ADDRESS.includes(table);
  if (columns.includes("contact_id")) {
    return `SELECT * FROM ${name} WHERE (contact_id IN ${IDS}${byAddress ? ` OR address IN ${ADDRESSES}` : ""})`;
  }
  if (byAddress) {
    return `SELECT * FROM ${name} WHERE address IN ${ADDRESSES}`;
  }
  // Events of a message belong to its recipient.
  return columns.includes("campaign_id") && columns.includes("seq") && table !== "chunk"
    ? `SELECT t.* FROM message m JOIN ${name} t ON t.campaign_id = m.campaign_id AND t.seq = m.seq
        WHERE m.contact_id IN ${IDS}`
    : undefined;
}

/** Names for the ids in those rows. */
export function namesOf(db: Connection, contactId: number, tables: readonly PersonTable[]) {
  const ids = (column: string) =>
    JSON.stringify([...new Set(tables.flatMap(({ rows }) => rows.map((row) => row[column] ?? 0)))]);
  const map = (rows: { id: number; name: string }[]) => new Map(rows.map((r) => [r.id, r.name]));
  return {
    campaigns: map(selectCampaigns(db).all(ids("campaign_id"))),
    lists: map(selectLists(db).all(contactId)),
    agents: new Map(
      selectAgents(db)
        .all(ids("agent_id"))
        .map(({ id, value }) => [id, value]),
    ),
  };
}

/** The import that created a contact, if any. */
export function importOf(db: Connection, source: string): Row | undefined {
  const id = /^import:(\d+)$/.exec(source)?.[1];
  return id === undefined ? undefined : selectImport(db).get(Number(id));
}

/** Audit entries about the contact. */
export function auditOf(system: Connection, workspaceId: string, contactId: number): Row[] {
  return selectAudit(system).all({ workspaceId, contactId, target: String(contactId) });
}

const selectOther = statement<[{ domain: string; own: string }], { one: 1 }>(`
  SELECT 1 AS one FROM contact
   WHERE domain = @domain AND id NOT IN (SELECT value FROM json_each(@own)) LIMIT 1
`);

/** True when a contact other than these has an address at the domain. */
export function isDomainOfOthers(
  db: Connection,
  domain: string,
  own: readonly { contactId: number | null }[],
): boolean {
  const ids = own.flatMap(({ contactId }) => contactId ?? []);
  return selectOther(db).get({ domain, own: JSON.stringify(ids) }) !== undefined;
}
