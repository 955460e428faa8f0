// Whether all content ever deleted from a file has been overwritten. Files from before `secure_delete` was enabled (see
// driver.ts) still contain deleted content until they are rewritten; all other files have a mark in the header.
import type { Connection } from "./driver.ts";

/** "SwMl". The first byte is the mark; the other three are the file's stamp (log-base.ts), which begins here. */
const MARK = 0x53774d6c;
const STAMP_BITS = 24;
const STAMPS = 2 ** STAMP_BITS;

/** True when no free page of the file contains deleted content. */
export function isOverwritten(db: Connection): boolean {
  return stampOf(db) !== undefined;
}

/** Marks a file that is new or was just rewritten completely. */
export function markOverwritten(db: Connection): void {
  if (!isOverwritten(db)) {
    db.pragma(`application_id = ${MARK}`);
  }
}

/** The file's stamp; undefined when the file has no mark, and therefore no stamp. */
export function stampOf(db: Connection): number | undefined {
  return stampIn(Number(db.pragma("application_id", { simple: true })));
}

/** The stamp in the `application_id` of a file's header. */
export function stampIn(applicationId: number): number | undefined {
  return applicationId >>> STAMP_BITS === MARK >>> STAMP_BITS ? applicationId % STAMPS : undefined;
}

/** Writes the stamp that follows `stamp`. The last stamp is followed by the first. */
export function writeNextStamp(db: Connection, stamp: number): void {
  const mark = (MARK >>> STAMP_BITS) * STAMPS;
  db.pragma(`application_id = ${mark + ((stamp + 1) % STAMPS)}`);
}

/** How many stamps follow `from` until `to`. */
export function stampsBetween(from: number, to: number): number {
  return (to - from + STAMPS) % STAMPS;
}
