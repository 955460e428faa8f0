import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { invalidField } from "../../platform/errors.ts";
import { type ContactFilter, contactIdsOf } from "../contacts/contacts.service.ts";
import { type StepOf, startTask, type TaskContext } from "../tasks/tasks.service.ts";
import { requireTags, tagContacts } from "./tags.service.ts";
import { addTag, findTag, forgetTag, removeTag, someWithTag } from "./tags.store.ts";

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
  const known = (ids: number[]) => ids.filter((id) => findTag(db, id) !== undefined);
  const page = contactIdsOf(db, filter, cursor, AT_ONCE, now);
  const done = tagContacts(db, { add: known(add), remove: known(remove) }, page.ids);
  return { done, cursor: page.cursor };
};

/** Gives the next contacts that have a tag another one instead. */
export const mergeStep: StepOf = (db, { payload }) => {
  const { tagId, into } = payload as { tagId: number; into: number };
  const isThere = findTag(db, into) !== undefined;
  return takeOff(db, tagId, (contactId) => {
    if (isThere) {
      addTag(db, into, contactId);
    }
  });
};

/** Takes a tag off the next contacts that have it. */
export const removeTagStep: StepOf = (db, { payload }) =>
  takeOff(db, (payload as { tagId: number }).tagId, () => {});

function takeOff(db: Connection, tagId: number, before: (contactId: number) => void) {
  const ids = someWithTag(db, tagId, AT_ONCE);
  for (const contactId of ids) {
    before(contactId);
    removeTag(db, tagId, contactId);
  }
  if (ids.length < AT_ONCE) {
    forgetTag(db, tagId);
    return { done: ids.length, cursor: undefined };
  }
  return { done: ids.length, cursor: "more" };
}
