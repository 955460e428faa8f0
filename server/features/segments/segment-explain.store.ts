import type { SegmentCondition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";

/** Whether a contact matches a condition created by our own compiler. */
export function matchesCondition(
  db: Connection,
  contactId: number,
  { sql, params }: Pick<SegmentCondition, "sql" | "params">,
): boolean {
  // The SQL comes from the compiler, now or at the launch; values are bound.
  const text = `SELECT 1 FROM contact WHERE contact.id BETWEEN @from AND @to AND ${sql}`;
  const scope = { from: contactId, to: contactId };
  return (
    db.prepare<[Record<string, string | number>]>(text).get({ ...params, ...scope }) !== undefined
  );
}
