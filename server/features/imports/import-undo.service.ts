import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { deleteContacts } from "../contacts/contacts.service.ts";
import {
  findSuppression,
  forgetDoubts,
  liftSuppression,
} from "../suppressions/suppressions.service.ts";
import { canUndoImport } from "./import-undo.rules.ts";
import {
  advanceUndo,
  endUndo,
  heldBackAfter,
  queueUndo,
  untouchedAfter,
} from "./import-undo.store.ts";
import { findImport } from "./imports.store.ts";

/** The kind of job that undoes an import. Payload: `{ importId }`. */
export const IMPORT_UNDO_JOB = "import.undo";

/** Contacts processed in one transaction. */
const AT_ONCE = 300;
const PAUSE_MS = 4;

/**
 * Queues the deletion of contacts that an import created, except those that were used since: edited, annotated,
 * mailed, added to another list, or with recorded activity. People whom the import held back may be mailed again, except
 * contacts that it created and that stay: nothing else says that these may be.
 *
 * @throws AppError `not_found`, `illegal_state` when there is nothing to undo.
 */
export function undoImport(db: Connection, jobs: JobQueue, workspaceId: string, id: number): void {
  const row = findImport(db, id);
  if (row === undefined) {
    throw notFound("import");
  }
  inTransaction(db, () => {
    if (!canUndoImport(row) || !queueUndo(db, id)) {
      throw new AppError("illegal_state", because("import_not_undoable"));
    }
    // The job is in another database and is committed just before the row. Without the row it does nothing.
    jobs.enqueue(IMPORT_UNDO_JOB, workspaceId, { importId: id });
  });
}

/**
 * Removes suppressions that the import added only in doubt. Refusals that it understood stay, because the people really
 * refused.
 */
async function liftDoubts(open: () => Connection, id: number, signal: AbortSignal): Promise<void> {
  let after: string | undefined = "";
  while (after !== undefined) {
    signal.throwIfAborted();
    const db = open();
    const page = { importId: id, after, limit: AT_ONCE };
    after = inTransaction(db, () => {
      const { addresses, last } = heldBackAfter(db, page);
      for (const row of addresses.flatMap((address) => findSuppression(db, address) ?? [])) {
        liftSuppression(db, row);
      }
      if (last !== undefined) {
        forgetDoubts(db, { after: page.after, last, source: `import:${id}` });
      }
      return last;
    });
    await Bun.sleep(PAUSE_MS);
  }
}

/** The job. Its position is stored with the deletions, so that a run after a crash continues there. */
export async function runImportUndo(
  open: () => Connection,
  id: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const db = open();
    const row = findImport(db, id);
    if (row?.undoState !== "queued") {
      return;
    }
    const after = Math.max(row.undoCursor, row.afterContact ?? 0);
    const { ids, last } = untouchedAfter(db, { importId: id, after, limit: AT_ONCE });
    if (last === undefined) {
      break;
    }
    inTransaction(db, () => advanceUndo(db, { id, cursor: last, by: deleteContacts(db, ids) }));
    await Bun.sleep(PAUSE_MS);
  }
  await liftDoubts(open, id, signal);
  endUndo(open(), id);
}
