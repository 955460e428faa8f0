import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

const KEPT = 30;

/** The result of one check: JSON with a status per record. */
export type DomainCheckRow = { at: number; states: string };

const insertCheck = statement<[DomainCheckRow & { domainId: number }]>(
  "INSERT INTO domain_check (domain_id, at, states) VALUES (@domainId, @at, @states)",
);
const removeOld = statement<[domainId: number, sameDomain: number]>(`
  DELETE FROM domain_check
   WHERE domain_id = ?
     AND id NOT IN (SELECT id FROM domain_check WHERE domain_id = ? ORDER BY id DESC LIMIT ${KEPT})
`);
const selectChecks = statement<[domainId: number], DomainCheckRow>(
  `SELECT at, states FROM domain_check WHERE domain_id = ? ORDER BY id DESC LIMIT ${KEPT}`,
);
const selectLastGood = statement<[domainId: number], { at: number }>(`
  SELECT at
    FROM domain_check
   WHERE domain_id = ? AND json_extract(states, '$.dkim') = 'ok'
   ORDER BY id DESC
   LIMIT 1
`);

/** Stores a check and deletes old ones. */
export function addDomainCheck(db: Connection, domainId: number, check: DomainCheckRow): void {
  inTransaction(db, () => {
    insertCheck(db).run({ ...check, domainId });
    removeOld(db).run(domainId, domainId);
  });
}

/** Newest first. */
export const listDomainChecks = (db: Connection, domainId: number): DomainCheckRow[] =>
  selectChecks(db).all(domainId);

/** When the signing key was last seen in the DNS, according to the stored checks. */
export const lastSeenKey = (db: Connection, domainId: number): number | undefined =>
  selectLastGood(db).get(domainId)?.at;
