import type { Connection } from "../../platform/db/driver.ts";
import { changeMembership } from "../lists/lists.service.ts";
import { hasClaim, isErased, suppressAddress } from "../suppressions/suppressions.service.ts";
import type { Writing } from "./import-writing.ts";
import { existingContact } from "./imports.store.ts";
import type { ReadContact, Refusal } from "./row-reader.ts";

/**
 * Applies the refusal of a rejected row to its addresses, and to the contacts with these addresses.
 *
 * @returns the number of addresses that are suppressed by it.
 */
export function refuse(writing: Writing, refusal: Refusal): number {
  const { db, source, now } = writing;
  const { suppress: reason, suppressDetail: detail } = refusal;
  let suppressed = 0;
  for (const address of refusal.addresses) {
    if (isErased(db, address)) {
      continue;
    }
    const contact = writing.suppressAs === undefined ? existingContact(db, address) : undefined;
    if (contact !== undefined) {
      leaveLists(writing, contact.id, refusal);
    }
    suppressed += Number(suppress(db, { address, reason, source, detail }, now));
  }
  return suppressed;
}

/**
 * Also true when another suppression that can be undone comes first, because undoing the import then has something to
 * undo.
 */
export function suppress(
  db: Connection,
  row: Parameters<typeof suppressAddress>[1],
  now: number,
): boolean {
  return suppressAddress(db, row, now) || hasClaim(db, row.address, row.source);
}

/**
 * A person whose status was only not understood is not unsubscribed from lists, because that would outlast a later
 * decision about its meaning.
 */
export function leaveLists(
  { db, source, now, actor, listIds }: Writing,
  contactId: number,
  { suppress, suppressDetail }: Pick<ReadContact, "suppress" | "suppressDetail">,
): void {
  if (suppress === "unclear" || suppressDetail !== "") {
    return;
  }
  const reason = `${suppress} in the file`;
  for (const listId of listIds) {
    const change = { listId, contactId, status: "unsubscribed" as const, source, reason, now };
    changeMembership(db, { ...change, actor });
  }
}
