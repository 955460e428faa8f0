import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

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
