import type { Connection } from "./driver.ts";
import { statement } from "./statements.ts";

/** What was found damaged, and what became of it. */
export type DamageNotice = {
  id: number;
  /** Unix ms. */
  at: number;
  kind: DamageKind;
  path: string;
  /** That could not be read. */
  bytes: number;
  /** That were in them, at least. */
  records: number;
  /** Where the damaged file was put; "" = nowhere. */
  kept: string;
};

export type DamageKind = "journal_bytes" | "journal_missing" | "inbox_damaged" | "results_lost";

// A segment is read again at each start until all in it is applied.
const insertNotice = statement<[Omit<DamageNotice, "id">]>(`
  INSERT INTO damage_notice (at, kind, path, bytes, records, kept)
  SELECT @at, @kind, @path, @bytes, @records, @kept
   WHERE NOT EXISTS (SELECT 1 FROM damage_notice WHERE kind = @kind AND path = @path)
`);

const selectUnread = statement<[], DamageNotice>(`
  SELECT id, at, kind, path, bytes, records, kept FROM damage_notice WHERE read_at IS NULL ORDER BY id LIMIT 100
`);

const markRead = statement<[now: number, id: number]>(`
  UPDATE damage_notice SET read_at = ? WHERE id = ? AND read_at IS NULL
`);

const selectLost = statement<[], { kind: DamageKind; bytes: number; records: number; n: number }>(`
  SELECT kind, sum(bytes) AS bytes, sum(records) AS records, count(*) AS n FROM damage_notice GROUP BY kind
`);

/** Remembers damage until the administrator has read of it; damage at the same place once. */
export function noteDamage(system: Connection, notice: Omit<DamageNotice, "id">): void {
  insertNotice(system).run(notice);
}

/** What the administrator has not read yet, at most 100. */
export function unreadDamage(system: Connection): DamageNotice[] {
  return selectUnread(system).all();
}

/** @returns false when there is no such notice, or it was read. */
export function readDamage(system: Connection, id: number, now: number): boolean {
  return markRead(system).run(now, id).changes === 1;
}

/** Sums of everything that was ever found damaged here. */
export function damageTotals(system: Connection) {
  return selectLost(system).all();
}
