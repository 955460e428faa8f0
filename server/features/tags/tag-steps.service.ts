// The steps of tasks over all contacts that have a tag.
import type { Connection } from "../../platform/db/driver.ts";
import type { StepOf } from "../tasks/tasks.service.ts";
import { addTag, findTag, forgetTag, removeTag, someWithTag } from "./tags.store.ts";

const AT_ONCE = 500;

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
