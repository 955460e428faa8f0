import type { Connection } from "../../platform/db/driver.ts";
import { suppressAddress } from "../suppressions/suppressions.service.ts";
import { refusalOf } from "./contact-merge.store.ts";
import { refuseErased } from "./erased.store.ts";

/**
 * Gives a contact another address by `write`, in the caller's transaction. Suppressions are of addresses, but whoever
 * unsubscribed, complained or was suppressed by hand is a person: they are suppressed under the new address too. A hard
 * bounce stays with the address that bounced.
 *
 * @throws AppError `erased` when the person of the new address was erased and may not come back.
 */
export function moveAddress<T>(
  db: Connection,
  { contactId, to, now }: { contactId: number; to: string; now: number },
  write: () => T,
): T {
  refuseErased(db, to);
  const refusal = refusalOf(db, contactId, now);
  const written = write();
  if (refusal !== undefined) {
    suppressAddress(db, { address: to, ...refusal }, now);
  }
  return written;
}
