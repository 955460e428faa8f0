// Whether everything that was ever deleted in a file was overwritten. Files from before `secure_delete` was on (see
// driver.ts) hold what was deleted then, until they are written anew; a mark in the header tells the others.
import type { Connection } from "./driver.ts";

/** "SwMl" */
const MARK = 0x53774d6c;

/** True when no page of the file holds what was deleted from it. */
export function isOverwritten(db: Connection): boolean {
  return db.pragma("application_id", { simple: true }) === MARK;
}

/** To be called in a file that is new, or was just written anew from end to end. */
export function markOverwritten(db: Connection): void {
  db.pragma(`application_id = ${MARK}`);
}
