import type { Connection } from "../../platform/db/driver.ts";
import { recordConsent } from "../consent/consent.service.ts";
import { removeSuppression } from "../suppressions/suppressions.service.ts";
import { leaveOtherLists } from "./lists.store.ts";

/** A person who had unsubscribed from everything and has now chosen some lists. */
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
 * Undoes an unsubscribe from everything for the lists that the person has chosen, in the caller's transaction. An
 * unsubscribe from a file or an administrator only suppressed the address and left old memberships in place; these
 * would become active again, so memberships in all other lists end here. The caller has already saved the choices.
 */
export function resubscribe(db: Connection, person: Returning, now: number): void {
  const { address, listIds: chosen, ...by } = person;
  const { contactId, source } = by;
  removeSuppression(db, address, { mayLiftComplaints: false });
  const listIds = leaveOtherLists(db, { contactId, source, listIds: chosen, now });
  if (listIds.length > 0) {
    const detail = "had unsubscribed from everything and chose other lists";
    recordConsent(db, { ...by, action: "withdrawn", listIds, detail }, now);
  }
}
