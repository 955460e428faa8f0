import { inTransaction } from "../../platform/db/transaction.ts";
import { invalidField } from "../../platform/errors.ts";
import { presentTags, requireTags, tagContacts } from "../tags/tags.service.ts";
import { type StepOf, startTask, type TaskContext } from "../tasks/tasks.service.ts";
import { type ContactFilter, contactIdsOf } from "./contacts.service.ts";

const AT_ONCE = 500;

export type TagRequest = {
  add?: string[] | undefined;
  remove?: string[] | undefined;
  ids?: number[] | undefined;
  filter?: ContactFilter | undefined;
};

type Apply = { add: number[]; remove: number[]; filter: ContactFilter };

/**
 * Adds and removes tags by name on the named contacts at once, or on all that fit a filter as a task.
 *
 * @throws AppError `invalid_input` unless exactly one of ids and filter is given, and a tag.
 */
export function applyTags(context: TaskContext, request: TagRequest) {
  const { db, now } = context;
  const { ids, filter } = request;
  if ((ids === undefined) === (filter === undefined)) {
    throw invalidField("ids", "give either ids or a filter");
  }
  if ((request.add ?? []).length + (request.remove ?? []).length === 0) {
    throw invalidField("add", "name a tag to add or to remove");
  }
  return inTransaction(db, () => {
    const add = requireTags(db, request.add ?? [], now).map(({ id }) => id);
    const remove = requireTags(db, request.remove ?? [], now).map(({ id }) => id);
    if (ids !== undefined) {
      return { affected: tagContacts(db, { add, remove }, ids), task: null };
    }
    const task = startTask(context, { kind: "tag_apply", payload: { add, remove, filter } });
    return { affected: 0, task };
  });
}

/** Adds and removes tags on the next contacts of a filter. */
export const applyStep: StepOf = (db, { payload, cursor }, now) => {
  const { add, remove, filter } = payload as Apply;
  const page = contactIdsOf(db, filter, cursor, AT_ONCE, now);
  const done = tagContacts(
    db,
    { add: presentTags(db, add), remove: presentTags(db, remove) },
    page.ids,
  );
  return { done, cursor: page.cursor };
};
