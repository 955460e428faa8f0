import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { because, invalidField } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { requireLists } from "../lists/lists.service.ts";
import { requireTags } from "../tags/tags.service.ts";
import { runTask } from "../tasks/task-run.service.ts";
import { getTask, startTask } from "../tasks/tasks.service.ts";
import type { BulkChange } from "./contact-bulk-apply.ts";
import { listFields } from "./contact-fields.store.ts";
import type { ContactFilter } from "./contact-search.store.ts";
import { contactTasks } from "./contact-tasks.service.ts";
import { readFieldValue } from "./contacts.rules.ts";

export { forgetExpiredUndo } from "./contact-undo.store.ts";

/** The delay after which a job checks whether the process died while a request was carrying out the action itself. */
const LOOK_AFTER_MS = 60_000;

type WhomRequest = { ids?: number[] | undefined; filter?: ContactFilter | undefined };

export type BulkRequest = WhomRequest & {
  action:
    | "delete"
    | "add_to_list"
    | "remove_from_list"
    | "suppress"
    | "set_field"
    | "add_tag"
    | "remove_tag";
  listId?: number | undefined;
  tag?: string | undefined;
  field?: string | undefined;
  value?: unknown;
};

export type TagRequest = WhomRequest & {
  add?: string[] | undefined;
  remove?: string[] | undefined;
};

/** What a bulk action depends on. `open` returns the workspace's connection and is called after each pause. */
export type BulkContext = {
  open: () => Connection;
  clock: Clock;
  jobs: JobQueue;
  workspaceId: string;
  actorId: string;
  /** How many contacts match a filter, counted off the HTTP thread; not exact when there are very many. */
  count: (filter: ContactFilter) => Promise<{ count: number; exact: boolean }>;
};

/**
 * Applies an action to the named contacts at once, in batches, or to all that match a filter as a job. Both are tasks
 * that can be viewed and, for a week, undone.
 *
 * @throws AppError `invalid_input` unless exactly one of ids and filter is given, together with what the action
 * needs.
 */
export async function runBulk(context: BulkContext, request: BulkRequest) {
  const { affected, task } = await changeMany(context, request, (db, now) =>
    readChange(db, request, now),
  );
  return { affected, job: request.ids === undefined ? task : null, action: task };
}

/**
 * Adds and removes tags by name, on the named contacts at once or on all that match a filter as a job. Uses the same
 * task as the bulk actions for a single tag.
 *
 * @throws AppError `invalid_input` unless exactly one of ids and filter is given, and at least one tag.
 */
export async function applyTags(context: BulkContext, request: TagRequest) {
  return await changeMany(context, request, (db, now) => {
    if ((request.add ?? []).length + (request.remove ?? []).length === 0) {
      throw invalidField("add", because("no_tag_named"));
    }
    return {
      kind: "tag_apply",
      add: requireTags(db, request.add ?? [], now).map(({ id }) => id),
      remove: requireTags(db, request.remove ?? [], now).map(({ id }) => id),
    };
  });
}

async function changeMany(
  context: BulkContext,
  { ids, filter }: WhomRequest,
  read: (db: Connection, now: number) => BulkChange,
) {
  if ((ids === undefined) === (filter === undefined)) {
    throw invalidField("ids", because("ids_or_filter"));
  }
  const { open, clock, count, ...by } = context;
  const size = filter === undefined ? sizeOf(ids ?? []) : await sizeOfFilter(count, filter);
  const db = open();
  const task = inTransaction(db, () => {
    const now = clock();
    const { kind, ...change } = read(db, now);
    const payload = { ...change, ids, filter };
    return startTask({ ...by, db, now }, contactTasks[kind], { payload, ...size });
  });
  if (ids === undefined) {
    return { affected: 0, task };
  }
  const signal = new AbortController().signal;
  const affected = await runTask({ open, clock, signal, pauseMs: 0 }, contactTasks, task.id);
  return { affected, task: getTask(open(), contactTasks, task.id) };
}

const sizeOf = (ids: readonly number[]) => ({ total: ids.length, delayMs: LOOK_AFTER_MS });

async function sizeOfFilter(count: BulkContext["count"], filter: ContactFilter) {
  const matching = await count(filter);
  return matching.exact ? { total: matching.count } : {};
}

function readChange(db: Connection, request: BulkRequest, now: number): BulkChange {
  switch (request.action) {
    case "delete":
      return { kind: "contact_delete" };
    case "suppress":
      return { kind: "contact_suppress" };
    case "add_to_list":
      return { kind: "list_add", listId: readList(db, request) };
    case "remove_from_list":
      return { kind: "list_remove", listId: readList(db, request) };
    case "set_field":
      return { kind: "field_set", ...readField(db, request) };
    case "add_tag":
      return { kind: "tag_apply", add: [readTag(db, request, now)], remove: [] };
    case "remove_tag":
      return { kind: "tag_apply", add: [], remove: [readTag(db, request, now)] };
  }
}

function readList(db: Connection, { listId }: BulkRequest): number {
  if (listId === undefined) {
    throw invalidField("listId", because("needed_for_action"));
  }
  requireLists(db, [listId], "listId");
  return listId;
}

function readTag(db: Connection, request: BulkRequest, now: number): number {
  const [tag] = request.tag === undefined ? [] : requireTags(db, [request.tag], now);
  if (tag === undefined) {
    throw invalidField("tag", because("needed_for_action"));
  }
  return tag.id;
}

function readField(db: Connection, request: BulkRequest) {
  const spec = listFields(db).find((field) => field.key === request.field);
  if (spec === undefined) {
    throw invalidField("field", because("not_a_field"));
  }
  const read = readFieldValue(spec, request.value);
  if ("fault" in read) {
    throw invalidField("value", read.fault);
  }
  return { field: spec.key, value: read.value ?? null };
}
