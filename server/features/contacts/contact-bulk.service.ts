import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { addToList, removeFromList, requireLists } from "../lists/lists.service.ts";
import { suppressAddress } from "../suppressions/suppressions.service.ts";
import {
  advanceBulkAction,
  type BulkActionName,
  type BulkRow,
  closeBulkAction,
  findBulkAction,
  insertBulkAction,
} from "./contact-bulk.store.ts";
import { type ContactFilter, searchContacts } from "./contact-search.store.ts";
import { positionCursor, readPosition } from "./contacts.service.ts";
import { addressOf, deleteContacts } from "./contacts.store.ts";

/** Kind of the job that applies an action to every contact of a filter. Payload: `{ id }`. */
export const BULK_JOB = "contacts.bulk";

const BATCH = 100;
/** Between two batches, so that other writers of the workspace get their turn. */
const PAUSE_MS = 4;

export type BulkRequest = {
  action: BulkActionName;
  ids?: number[] | undefined;
  filter?: ContactFilter | undefined;
  listId?: number | undefined;
};

type AppliedBy = {
  source: string;
  actor: string;
  now: number;
  onSuppressed: (address: string) => void;
};

/** What a bulk action needs of its surroundings; `open` gives the workspace's connection anew after a pause. */
export type BulkContext = {
  open: () => Connection;
  clock: Clock;
  jobs: JobQueue;
  workspaceId: string;
  actorId: string;
  /** Told each address that is suppressed at once, so that what is being sent right now heeds it. */
  onSuppressed: (address: string) => void;
};

/**
 * Applies an action to the named contacts at once, in batches; or to all that fit a filter as a job,
 * whose progress is a bulk action of its own.
 *
 * @throws AppError `invalid_input` unless exactly one of ids and filter is given, and a list where one is needed.
 */
export async function runBulk(context: BulkContext, request: BulkRequest) {
  const { action, ids, filter, listId } = request;
  if ((ids === undefined) === (filter === undefined)) {
    throw invalidField("ids", "give either ids or a filter");
  }
  if (action === "add_to_list" || action === "remove_from_list") {
    if (listId === undefined) {
      throw invalidField("listId", "is needed for this action");
    }
    requireLists(context.open(), [listId], "listId");
  }
  if (ids !== undefined) {
    return { affected: await applyToIds(context, { action, listId }, ids), job: null };
  }
  return { affected: 0, job: queueBulk(context, { action, filter, listId }) };
}

function queueBulk(context: BulkContext, request: Omit<BulkRequest, "ids">) {
  const { action, filter, listId } = request;
  const db = context.open();
  return inTransaction(db, () => {
    const row = insertBulkAction(
      db,
      { action, filter: JSON.stringify(filter), listId: listId ?? null, by: context.actorId },
      context.clock(),
    );
    // The job is in another database: committed just before the row, it does nothing without it.
    context.jobs.enqueue(BULK_JOB, context.workspaceId, { id: row.id });
    return toBulkAction(row);
  });
}

/** @throws AppError `not_found` */
export function getBulkAction(db: Connection, id: number) {
  const row = findBulkAction(db, id);
  if (row === undefined) {
    throw notFound("bulk action");
  }
  return toBulkAction(row);
}

/** Stops a bulk action after its current batch; what is done stays done. @throws AppError */
export function cancelBulkAction(db: Connection, id: number, now: number) {
  getBulkAction(db, id);
  if (!closeBulkAction(db, { id, state: "cancelled", error: null, now })) {
    throw new AppError("illegal_state", "This action has ended already.");
  }
  return getBulkAction(db, id);
}

/**
 * The job: walks the filter and applies the action batch by batch. The walk's position is stored in
 * the transaction of each batch, so that a run after a crash goes on where the last one stood.
 */
export async function runBulkJob(
  open: () => Connection,
  id: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const db = open();
    const row = findBulkAction(db, id);
    if (row === undefined || (row.state !== "queued" && row.state !== "running")) {
      return;
    }
    if (!oneBatch(db, row, clock())) {
      return;
    }
    await Bun.sleep(PAUSE_MS);
  }
}

/** Returns false when that was the last batch, or the action was cancelled. */
function oneBatch(db: Connection, row: BulkRow, now: number): boolean {
  const { rows, next } = searchContacts(db, {
    filter: JSON.parse(row.filter) as ContactFilter,
    sort: "created",
    now,
    limit: BATCH,
    after: row.cursor === null ? undefined : readPosition(row.cursor),
  });
  const change = { action: row.action, listId: row.listId ?? undefined };
  const cursor = next === undefined ? null : positionCursor(next);
  return inTransaction(db, () => {
    // The row is moved first: an action that was cancelled changes nothing more.
    if (!advanceBulkAction(db, { id: row.id, cursor, by: rows.length })) {
      return false;
    }
    const ids = rows.map((contact) => contact.id);
    // Delivery looks at the suppressions again before each chunk, so nobody need be told from this thread.
    const by = { source: `bulk:${row.id}`, actor: row.createdBy, now, onSuppressed: () => {} };
    applyAction(db, change, ids, by);
    if (next === undefined) {
      closeBulkAction(db, { id: row.id, state: "done", error: null, now });
    }
    return next !== undefined;
  });
}

async function applyToIds(
  context: BulkContext,
  change: { action: BulkActionName; listId: number | undefined },
  ids: readonly number[],
): Promise<number> {
  let affected = 0;
  for (let start = 0; start < ids.length; start += BATCH) {
    const db = context.open();
    const batch = ids.slice(start, start + BATCH);
    const { clock, actorId, onSuppressed } = context;
    const by = { source: `by:${actorId}`, actor: actorId, now: clock(), onSuppressed };
    affected += inTransaction(db, () => applyAction(db, change, batch, by));
    await Bun.sleep(0);
  }
  return affected;
}

function applyAction(
  db: Connection,
  change: { action: BulkActionName; listId: number | undefined },
  ids: readonly number[],
  by: AppliedBy,
): number {
  const listId = change.listId ?? 0;
  switch (change.action) {
    case "delete":
      return deleteContacts(db, ids);
    case "add_to_list":
      return addToList(db, listId, ids, by);
    case "remove_from_list":
      return removeFromList(db, listId, ids, by);
    case "suppress":
      return suppressContacts(db, ids, by);
  }
}

function suppressContacts(db: Connection, ids: readonly number[], by: AppliedBy): number {
  let added = 0;
  for (const id of ids) {
    const address = addressOf(db, id);
    if (address !== undefined) {
      const row = { address, reason: "manual" as const, source: by.source, detail: "" };
      added += Number(suppressAddress(db, row, by.now));
      by.onSuppressed(address);
    }
  }
  return added;
}

function toBulkAction(row: BulkRow) {
  const { id, action, state, doneCount, error, createdAt, finishedAt } = row;
  return { id, action, state, doneCount, error, createdAt, finishedAt };
}
