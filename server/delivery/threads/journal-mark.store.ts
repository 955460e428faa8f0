import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectMark = statement<[stream: string], { segment: number }>(`
  SELECT segment FROM journal_mark WHERE stream = ?
`);

const upsertMark = statement<[stream: string, segment: number]>(`
  INSERT INTO journal_mark (stream, segment) VALUES (?, ?)
      ON CONFLICT (stream) DO UPDATE SET segment = max(segment, excluded.segment)
`);

/** The highest segment that the stream is known to have reached; 0 when unknown. */
export function journalMark(system: Connection, stream: string): number {
  return selectMark(system).get(stream)?.segment ?? 0;
}

export function raiseJournalMark(system: Connection, stream: string, segment: number): void {
  upsertMark(system).run(stream, segment);
}

const deleteOthers = statement<[like: string, own: string], { stream: string }>(`
  DELETE FROM journal_mark WHERE stream LIKE ? AND stream <> ? RETURNING stream
`);

/**
 * Deletes the marks of other journals for the stream. They exist when `local/`, which contains the journal's name, was
 * lost or comes from another machine.
 *
 * @returns whether there were any.
 */
export function forgetOtherMarks(system: Connection, node: string, stream: string): boolean {
  return deleteOthers(system).all(`%/${stream}`, `${node}/${stream}`).length > 0;
}
