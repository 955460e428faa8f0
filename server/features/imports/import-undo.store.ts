import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

// Reads all ids in order, whatever created the contacts, because the contacts of the import have neighbouring ids.
const selectAfter = statement<
  [{ source: string; after: number; limit: number }],
  { id: number; isUntouched: number }
>(`
  SELECT c.id,
         c.source = @source AND c.updated_at = c.created_at
         AND NOT EXISTS (SELECT 1 FROM message m WHERE m.contact_id = c.id)
         AND NOT EXISTS (SELECT 1 FROM contact_change h WHERE h.contact_id = c.id)
         AND NOT EXISTS (SELECT 1 FROM contact_note n WHERE n.contact_id = c.id)
         AND NOT EXISTS (SELECT 1 FROM custom_event e WHERE e.contact_id = c.id)
         AND NOT EXISTS (SELECT 1 FROM list_contact l WHERE l.contact_id = c.id AND l.source <> @source)
         AS isUntouched
    FROM contact c
   WHERE c.id > @after
   ORDER BY c.id
   LIMIT @limit
`);

const move = statement<[position: string | null, id: number]>(
  "UPDATE import SET undo_position = ? WHERE id = ?",
);

// Searches by address, since suppressions have no index on their source.
const selectHeldBack = statement<
  [{ source: string; after: string; limit: number }],
  { address: string; isHeldBack: number }
>(`
  SELECT address,
         source = @source AND reason = 'unclear'
         AND NOT EXISTS (SELECT 1 FROM contact c
                          WHERE c.address = suppression.address AND c.source = @source)
         AS isHeldBack
    FROM suppression
   WHERE address > @after
   ORDER BY address
   LIMIT @limit
`);

/**
 * Among the next suppressions, those that the import added because of a doubt, except for contacts that it created and
 * that still exist. `last` is undefined at the end.
 */
export function heldBackAfter(
  db: Connection,
  page: { importId: number; after: string; limit: number },
): { addresses: string[]; last: string | undefined } {
  const { importId, ...rest } = page;
  const rows = selectHeldBack(db).all({ source: `import:${importId}`, ...rest });
  const addresses = rows.flatMap(({ address, isHeldBack }) => (isHeldBack === 1 ? [address] : []));
  return { addresses, last: rows.at(-1)?.address };
}

/**
 * Among the next contacts, those that the import created and that nobody has changed since. `last` is undefined at the
 * end.
 */
export function untouchedAfter(
  db: Connection,
  page: { importId: number; after: number; limit: number },
): { ids: number[]; last: number | undefined } {
  const { importId, after, limit } = page;
  const rows = selectAfter(db).all({ source: `import:${importId}`, after, limit });
  const ids = rows.flatMap(({ id, isUntouched }) => (isUntouched === 1 ? [id] : []));
  return { ids, last: rows.at(-1)?.id };
}

/** Stores how far the undo is, in its transaction. */
export function saveUndoPosition(db: Connection, id: number, position: string | null): void {
  move(db).run(position, id);
}
