// Whether all content ever deleted from a file has been overwritten. Files from before `secure_delete` was enabled (see
// driver.ts) still contain deleted content until they are rewritten; all other files have a mark in the header.
import type { Connection } from "./driver.ts";

/** "SwMl" */
const MARK = 0x53774d6c;

/** True when no free page of the file contains deleted content. */
export function isOverwritten(db: Connection): boolean {
  return db.pragma("application_id", { simple: true }) === MARK;
}

/** Marks a file that is new or was just rewritten completely. */
export function markOverwritten(db: Connection): void {
  db.pragma(`application_id = ${MARK}`);
}
