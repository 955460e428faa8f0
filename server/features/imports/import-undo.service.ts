import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, notFound } from "../../platform/errors.ts";
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

/** Kind of the job that undoes an import. Payload: `{ importId }`. */
export const IMPORT_UNDO_JOB = "import.undo";

/** Contacts looked at in one transaction. */
const AT_ONCE = 300;
const PAUSE_MS = 4;

/**
 * Queues the removal of the contacts that an import created, except those that somebody or something has
 * touched since: edited, noted on, mailed, put into another list, heard from. Whom it held back for a status that it
 * did not understand may be mailed again.
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
      throw new AppError("illegal_state", "This import cannot be undone or was already undone.");
    }
    // The job is in another database: committed just before the row, it does nothing without it.
    jobs.enqueue(IMPORT_UNDO_JOB, workspaceId, { importId: id });
  });
}

/**
 * Lets those be mailed again whom the import held back because it did not understand their status, and nobody else
 * does. What it did understand stays: that is what somebody said.
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

/** The job. Its place moves with the contacts it removes, so that a run after a crash goes on there. */
export async function runImportUndo(
  open: () => Connection,
  id: number,
  signal: AbortSignal,
): Promise<void> {
  if (findImport(open(), id)?.undoState === "queued") {
    await liftDoubts(open, id, signal);
  }
  for (;;) {
    signal.throwIfAborted();
    const db = open();
    const row = findImport(db, id);
    if (row?.undoState !== "queued") {
      return;
    }
    const after = Math.max(row.undoCursor, row.afterContact ?? 0);
    const isOver = inTransaction(db, () => {
      const { ids, last } = untouchedAfter(db, { importId: id, after, limit: AT_ONCE });
      if (last === undefined) {
        endUndo(db, id);
        return true;
      }
      advanceUndo(db, { id, cursor: last, by: deleteContacts(db, ids) });
      return false;
    });
    if (isOver) {
      return;
    }
    await Bun.sleep(PAUSE_MS);
  }
}
