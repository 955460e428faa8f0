import type { Connection } from "./driver.ts";
import { statement } from "./statements.ts";

const selectVersion = statement<[], { n: number }>("SELECT n FROM consent_version");

/** A counter that increases with every change to this database that can remove someone from an audience. */
export function consentVersion(db: Connection): number {
  const row = selectVersion(db).get();
  if (row === undefined) {
    throw new Error("the table consent_version has lost its row");
  }
  return row.n;
}
