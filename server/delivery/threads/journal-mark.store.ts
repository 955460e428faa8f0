import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectMark = statement<[stream: string], { segment: number }>(`
  SELECT segment FROM journal_mark WHERE stream = ?
`);

const upsertMark = statement<[stream: string, segment: number]>(`
  INSERT INTO journal_mark (stream, segment) VALUES (?, ?)
      ON CONFLICT (stream) DO UPDATE SET segment = max(segment, excluded.segment)
`);

/** The highest segment that the stream is known to have reached; 0 when none is known. */
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
 * Forgets the marks that other journals than this one left for the stream. There are such when `local/`, and with it the
 * name of the journal, was lost or is another machine's.
 *
 * @returns whether there were any.
 */
export function forgetOtherMarks(system: Connection, node: string, stream: string): boolean {
  return deleteOthers(system).all(`%/${stream}`, `${node}/${stream}`).length > 0;
}
