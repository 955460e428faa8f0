import type { Connection } from "../../platform/db/driver.ts";
import { refuseErased, suppressAddress } from "../suppressions/suppressions.service.ts";
import { refusalOf } from "./contact-merge.store.ts";

/**
 * Gives a contact another address by calling `write`, in the caller's transaction. Suppressions belong to addresses,
 * but an unsubscribe, a complaint or a manual suppression concerns the person, so the new address is suppressed too.
 * A hard bounce stays with the address that bounced.
 *
 * @throws AppError `erased` when the person with the new address was erased and must not be added again.
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
