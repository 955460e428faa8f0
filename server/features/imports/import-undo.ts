import type { Connection } from "../../platform/db/driver.ts";
import { deleteContacts } from "../contacts/contacts.service.ts";
import {
  findSuppression,
  forgetDoubts,
  liftSuppression,
} from "../suppressions/suppressions.service.ts";
import { heldBackAfter, saveUndoPosition, untouchedAfter } from "./import-undo.store.ts";
import type { ImportRow } from "./imports.store.ts";

/** Contacts processed in one transaction. */
const AT_ONCE = 300;

/**
 * The contact that was looked at last, or, after all contacts, the address of the suppression that was looked at last.
 */
type Position = { contact: number } | { address: string };

/**
 * Undoes the next part of an import, in the caller's transaction. First it deletes the contacts that the import
 * created, except those that were used since: edited, annotated, mailed, added to another list, or with recorded
 * activity. Then people whom the import held back may be mailed again, except contacts that it created and that remain,
 * because nothing else says that they agreed.
 */
export function undoPart(db: Connection, row: ImportRow): { undone: number; isOver: boolean } {
  const position = JSON.parse(row.undoPosition ?? '{"contact":0}') as Position;
  return "contact" in position
    ? deleteSome(db, row, position.contact)
    : // A position without an @ means that an erasure removed the address. All suppressions are then looked at again.
      liftSome(db, row.id, position.address.includes("@") ? position.address : "");
}

function deleteSome(db: Connection, { id, afterContact }: ImportRow, done: number) {
  const after = Math.max(done, afterContact ?? 0);
  const { ids, last } = untouchedAfter(db, { importId: id, after, limit: AT_ONCE });
  const undone = deleteContacts(db, ids);
  move(db, id, last === undefined ? { address: "" } : { contact: last });
  return { undone, isOver: false };
}

/**
 * Removes the suppressions that the import added only because of a doubt. Refusals that it understood stay, because
 * these people did refuse.
 */
function liftSome(db: Connection, id: number, after: string) {
  const { addresses, last } = heldBackAfter(db, { importId: id, after, limit: AT_ONCE });
  if (last === undefined) {
    saveUndoPosition(db, id, null);
    return { undone: 0, isOver: true };
  }
  for (const row of addresses.flatMap((address) => findSuppression(db, address) ?? [])) {
    liftSuppression(db, row);
  }
  forgetDoubts(db, { after, last, source: `import:${id}` });
  move(db, id, { address: last });
  return { undone: 0, isOver: false };
}

const move = (db: Connection, id: number, position: Position) =>
  saveUndoPosition(db, id, JSON.stringify(position));
