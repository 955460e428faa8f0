import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { requireLists } from "../lists/lists.service.ts";
import { requireTags } from "../tags/tags.service.ts";
import {
  advanceBulkAction,
  type BulkActionName,
  type BulkRow,
  closeBulkAction,
  findBulkAction,
  insertBulkAction,
  newestBulkActions,
} from "./contact-bulk.store.ts";
import {
  applyChange,
  type BulkBy,
  type BulkChange,
  undoOne,
} from "./contact-bulk-apply.service.ts";
import { listFields } from "./contact-fields.store.ts";
import { type ContactFilter, searchContacts } from "./contact-search.store.ts";
import {
  advanceBulkUndo,
  finishBulkUndo,
  queueBulkUndo,
  someToUndo,
} from "./contact-undo.store.ts";
import { type FieldValue, readFieldValue } from "./contacts.rules.ts";
import { positionCursor, readPosition } from "./contacts.service.ts";

export { forgetExpiredUndo } from "./contact-undo.store.ts";

/** Kind of the job that applies an action to every contact of a filter. Payload: `{ id }`. */
export const BULK_JOB = "contacts.bulk";
/** Kind of the job that undoes a bulk action. Payload: `{ id }`. */
export const BULK_UNDO_JOB = "contacts.bulk_undo";

/** So few that a batch holds the workspace's lock for some milliseconds: requests of its people wait for it. */
const BATCH = 25;
/** Between two batches, so that other writers of the workspace get their turn. */
const PAUSE_MS = 4;

/** For how long a bulk action can be undone. */
const UNDO_MS = 7 * DAY_MS;
const RECENT = 50;

export type BulkRequest = {
  action: BulkActionName;
  ids?: number[] | undefined;
  filter?: ContactFilter | undefined;
  listId?: number | undefined;
  tag?: string | undefined;
  field?: string | undefined;
  value?: unknown;
};

/** What a bulk action needs of its surroundings; `open` gives the workspace's connection anew after a pause. */
export type BulkContext = {
  open: () => Connection;
  clock: Clock;
  jobs: JobQueue;
  workspaceId: string;
  actorId: string;
};

/**
 * Applies an action to the named contacts at once, in batches; or to all that fit a filter as a job. Either
 * is an action of its own that can be looked at and, for a week, undone.
 *
 * @throws AppError `invalid_input` unless exactly one of ids and filter is given, and what the action needs.
 */
export async function runBulk(context: BulkContext, request: BulkRequest) {
  const { ids, filter } = request;
  if ((ids === undefined) === (filter === undefined)) {
    throw invalidField("ids", "give either ids or a filter");
  }
  const row = inTransaction(context.open(), () => addAction(context, request));
  if (ids === undefined) {
    return { affected: 0, job: toBulkAction(row), action: toBulkAction(row) };
  }
  const affected = await applyToIds(context, row, ids);
  return { affected, job: null, action: getBulkAction(context.open(), row.id) };
}

function addAction(context: BulkContext, request: BulkRequest): BulkRow {
  const db = context.open();
  const now = context.clock();
  const row = insertBulkAction(db, {
    action: request.action,
    filter: request.filter === undefined ? "" : JSON.stringify(request.filter),
    listId: readList(db, request),
    settings: JSON.stringify(readSettings(db, request, now)),
    state: request.filter === undefined ? "running" : "queued",
    by: context.actorId,
    now,
    undoUntil: now + UNDO_MS,
  });
  if (request.filter !== undefined) {
    // The job is in another database: committed just before the row, it does nothing without it.
    context.jobs.enqueue(BULK_JOB, context.workspaceId, { id: row.id });
  }
  return row;
}

function readList(db: Connection, { action, listId }: BulkRequest): number | null {
  if (action !== "add_to_list" && action !== "remove_from_list") {
    return null;
  }
  if (listId === undefined) {
    throw invalidField("listId", "is needed for this action");
  }
  requireLists(db, [listId], "listId");
  return listId;
}

type BulkSettings = { tagId?: number; field?: string; value?: FieldValue | null };

function readSettings(db: Connection, request: BulkRequest, now: number): BulkSettings {
  if (request.action === "add_tag" || request.action === "remove_tag") {
    const [tag] = request.tag === undefined ? [] : requireTags(db, [request.tag], now);
    if (tag === undefined) {
      throw invalidField("tag", "is needed for this action");
    }
    return { tagId: tag.id };
  }
  if (request.action !== "set_field") {
    return {};
  }
  const spec = listFields(db).find((field) => field.key === request.field);
  if (spec === undefined) {
    throw invalidField("field", "is not a field of this workspace");
  }
  const read = readFieldValue(spec, request.value);
  if ("fault" in read) {
    throw invalidField("value", read.fault);
  }
  return { field: spec.key, value: read.value ?? null };
}

/** The newest actions, for a list in which each can be undone. */
export function listBulkActions(db: Connection) {
  return { items: newestBulkActions(db, RECENT).map(toBulkAction) };
}

/** Queues the undoing of an action. @throws AppError `not_found`, or `illegal_state` when its time is over. */
export function undoBulkAction(
  db: Connection,
  jobs: JobQueue,
  workspaceId: string,
  id: number,
  now: number,
) {
  getBulkAction(db, id);
  return inTransaction(db, () => {
    if (!queueBulkUndo(db, id, now)) {
      throw new AppError(
        "illegal_state",
        "This action is still running, was undone, or is older than a week.",
      );
    }
    // The job is in another database: committed just before the row, it does nothing without it.
    jobs.enqueue(BULK_UNDO_JOB, workspaceId, { id });
    return getBulkAction(db, id);
  });
}

/** The job that undoes: contact by contact from what was kept, which goes in the same transaction. */
export async function runBulkUndo(
  open: () => Connection,
  id: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const db = open();
    const row = findBulkAction(db, id);
    if (row?.undoState !== "queued") {
      return;
    }
    const isOver = inTransaction(db, () => {
      const some = someToUndo(db, id, BATCH);
      const by = { source: `bulk:${id}`, actor: row.createdBy, now: clock() };
      const undone = some.filter((one) => undoOne(db, id, one, by)).length;
      advanceBulkUndo(db, id, undone);
      if (some.length === 0) {
        finishBulkUndo(db, id);
      }
      return some.length === 0;
    });
    if (isOver) {
      return;
    }
    await Bun.sleep(PAUSE_MS);
  }
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
    throw new AppError("illegal_state", "This action has already ended.");
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
  const cursor = next === undefined ? null : positionCursor(next);
  return inTransaction(db, () => {
    // The row is moved first: an action that was cancelled changes nothing more.
    if (!advanceBulkAction(db, { id: row.id, cursor, by: rows.length })) {
      return false;
    }
    const ids = rows.map((contact) => contact.id);
    // Delivery looks at the suppressions again before each chunk, so nobody need be told from this thread.
    applyChange(db, changeOf(row), ids, byOf(row, now));
    if (next === undefined) {
      closeBulkAction(db, { id: row.id, state: "done", error: null, now });
    }
    return next !== undefined;
  });
}

async function applyToIds(context: BulkContext, row: BulkRow, ids: readonly number[]) {
  let affected = 0;
  for (let start = 0; start < ids.length; start += BATCH) {
    const db = context.open();
    const batch = ids.slice(start, start + BATCH);
    const by = byOf(row, context.clock());
    affected += inTransaction(db, () => {
      advanceBulkAction(db, { id: row.id, cursor: null, by: batch.length });
      return applyChange(db, changeOf(row), batch, by);
    });
    await Bun.sleep(0);
  }
  const now = context.clock();
  closeBulkAction(context.open(), { id: row.id, state: "done", error: null, now });
  return affected;
}

function changeOf(row: BulkRow): BulkChange {
  const { tagId = 0, field = "", value = null } = JSON.parse(row.settings) as BulkSettings;
  return { actionId: row.id, action: row.action, listId: row.listId ?? 0, tagId, field, value };
}

function byOf(row: BulkRow, now: number): BulkBy {
  return { source: `bulk:${row.id}`, actor: row.createdBy, now };
}

function toBulkAction(row: BulkRow) {
  const { id, action, state, doneCount, error, createdAt, finishedAt } = row;
  const { undoUntil, undoState, undoneCount, createdBy } = row;
  return {
    ...{ id, action, state, doneCount, error, createdBy, createdAt, finishedAt },
    ...{ undoUntil, undoState, undoneCount },
  };
}
