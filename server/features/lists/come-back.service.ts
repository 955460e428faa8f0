import type { Connection } from "../../platform/db/driver.ts";
import { recordConsent } from "../consent/consent.service.ts";
import { removeSuppression } from "../suppressions/suppressions.service.ts";
import { leaveOtherLists } from "./lists.store.ts";

/** Somebody who had unsubscribed from everything and has chosen some lists now. */
export type Returning = {
  contactId: number;
  address: string;
  listIds: readonly number[];
  /** `preferences`, `form:3`. */
  source: string;
  actor: string;
  ip: string;
  userAgent: string;
};

/**
 * Takes an unsubscribe from everything back, in the caller's transaction, for the lists that the person has chosen. An
 * unsubscribe that came with a file or from an administrator only suppressed the address: memberships from before it
 * would count again, so those in all other lists end here. The caller has written what was chosen.
 */
export function comeBack(db: Connection, person: Returning, now: number): void {
  const { address, listIds: chosen, ...by } = person;
  const { contactId, source } = by;
  removeSuppression(db, address);
  const listIds = leaveOtherLists(db, { contactId, source, listIds: chosen, now });
  if (listIds.length > 0) {
    const detail = "had unsubscribed from everything and chose other lists";
    recordConsent(db, { ...by, action: "withdrawn", listIds, detail }, now);
  }
}
