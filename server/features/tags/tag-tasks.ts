// The steps of tasks over all contacts with a tag.
import type { Connection } from "../../platform/db/driver.ts";
import { type StepOf, stepwise } from "../tasks/task-kind.service.ts";
import { addTag, findTag, forgetTag, removeTag, someWithTag } from "./tags.store.ts";

const AT_ONCE = 500;

/** Replaces a tag with another one on the next contacts. */
const mergeStep: StepOf = (db, { payload }) => {
  const { tagId, into } = payload as { tagId: number; into: number };
  const isThere = findTag(db, into) !== undefined;
  return takeOff(db, tagId, (contactId) => {
    if (isThere) {
      addTag(db, into, contactId);
    }
  });
};

/** Removes a tag from the next contacts that have it. */
const removeTagStep: StepOf = (db, { payload }) =>
  takeOff(db, (payload as { tagId: number }).tagId, () => {});

/** The kinds by name. */
export const tagTasks = {
  tag_merge: stepwise("tag_merge", mergeStep),
  tag_remove: stepwise("tag_remove", removeTagStep),
};

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
