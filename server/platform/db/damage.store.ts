import type { Connection } from "./driver.ts";
import { statement } from "./statements.ts";

/** Damage that was found, and what was lost. */
export type DamageNotice = {
  id: number;
  /** Unix ms. */
  at: number;
  kind: DamageKind;
  path: string;
  /** Number of unreadable bytes. */
  bytes: number;
  /** Minimum number of records they contained. */
  records: number;
  /** Where the damaged file was moved; "" = nowhere. */
  kept: string;
};

export type DamageKind =
  | "journal_bytes"
  | "journal_missing"
  | "inbox_damaged"
  | "inbox_missing"
  | "inbox_unusable"
  | "limits_lost"
  | "holder_unreadable"
  | "older_copy"
  | "changes_lost"
  | "results_lost"
  | "system_older"
  | "system_unchecked"
  | "workspace_unknown";

// The path of `results_lost` is followed by the position in the journal, in square brackets.
const selectLostChanges = statement<[{ path: string }]>(`
  SELECT 1 FROM damage_notice
   WHERE read_at IS NULL
     AND (kind IN ('journal_missing', 'journal_bytes')
          OR kind IN ('changes_lost', 'older_copy', 'results_lost')
             AND (path = @path OR substr(path, 1, length(@path) + 2) = @path || ' ('))
   LIMIT 1
`);

const raiseNotice = statement<[Omit<DamageNotice, "id">]>(`
  UPDATE damage_notice SET at = @at, records = records + @records
   WHERE kind = @kind AND path = @path AND bytes = @bytes AND kept = @kept AND read_at IS NULL
`);

const insertNotice = statement<[Omit<DamageNotice, "id"> & { isLasting: 0 | 1 }]>(`
  INSERT INTO damage_notice (at, kind, path, bytes, records, kept)
  SELECT @at, @kind, @path, @bytes, @records, @kept
   WHERE NOT EXISTS (SELECT 1 FROM damage_notice
                      WHERE kind = @kind AND path = @path AND bytes = @bytes AND kept = @kept
                        AND (read_at IS NULL OR @isLasting = 1))
`);

const selectUnread = statement<[], DamageNotice>(`
  SELECT id, at, kind, path, bytes, records, kept FROM damage_notice WHERE read_at IS NULL ORDER BY id LIMIT 100
`);

const selectHold = statement<[]>(
  "SELECT 1 FROM damage_notice WHERE read_at IS NULL AND kind = 'system_older' LIMIT 1",
);

const selectKind = statement<[id: number], { kind: DamageKind }>(
  "SELECT kind FROM damage_notice WHERE id = ?",
);

const markRead = statement<[now: number, id: number]>(`
  UPDATE damage_notice SET read_at = ? WHERE id = ? AND read_at IS NULL
`);

const selectLost = statement<[], { kind: DamageKind; bytes: number; records: number; n: number }>(`
  SELECT kind, sum(bytes) AS bytes, sum(records) AS records, count(*) AS n FROM damage_notice GROUP BY kind
`);

/**
 * Records damage until the administrator has read the notice. While a notice is unread, the same damage is not recorded
 * again. After it was read, the damage counts as new and is recorded.
 *
 * @param isLasting The damage remains and is found again at each start, so it is recorded only once. For example, a
 * segment of the journal is read again until all of it is applied.
 * @returns false when the same damage is already recorded.
 */
export function noteDamage(
  system: Connection,
  notice: Omit<DamageNotice, "id">,
  isLasting = false,
): boolean {
  return insertNotice(system).run({ ...notice, isLasting: isLasting ? 1 : 0 }).changes === 1;
}

/**
 * Records a loss that is found only once. If the notice of an earlier loss is unread, the new loss is added to it, and
 * the notice gets the time of the new one.
 */
export function noteLoss(system: Connection, notice: Omit<DamageNotice, "id">): void {
  if (raiseNotice(system).run(notice).changes === 0) {
    noteDamage(system, notice);
  }
}

/**
 * True until an administrator has read the notice that a workspace's file lacks changes, or that the journal has lost
 * records. People may have unsubscribed without any remaining record of it.
 *
 * @param path The path of the workspace's file.
 */
export function mayLackRefusals(system: Connection, path: string): boolean {
  return selectLostChanges(system).get({ path }) !== undefined;
}

/** Notices that the administrator has not read yet, at most 100. */
export function unreadDamage(system: Connection): DamageNotice[] {
  return selectUnread(system).all();
}

/** @returns the notice's kind; undefined when there is no such notice or it has been read already. */
export function readDamage(system: Connection, id: number, now: number): DamageKind | undefined {
  return markRead(system).run(now, id).changes === 1 ? selectKind(system).get(id)?.kind : undefined;
}

/**
 * True from the time when an older system.db was found until an administrator has read the notice about it. Until then,
 * only administrators can sign in, and no job runs (features/auth/system-hold.service.ts).
 */
export function isOnHold(system: Connection): boolean {
  return selectHold(system).get() !== undefined;
}

/** Totals of all damage that was ever found in this instance. */
export function damageTotals(system: Connection) {
  return selectLost(system).all();
}
