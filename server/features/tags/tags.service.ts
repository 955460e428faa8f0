import { refuseWhileFreezing } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound, refusedField } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { startTask, type TaskContext } from "../tasks/tasks.service.ts";
import { tagTasks } from "./tag-tasks.ts";
import { readTagName } from "./tags.rules.ts";
import {
  addTag,
  findTag,
  findTagByKey,
  hideTag,
  insertTag,
  removeTag,
  renameTag,
  type TagRow,
  tagCount,
  tagsAfter,
} from "./tags.store.ts";

export { tagsOf } from "./tags.store.ts";
export { tagTasks };

const MAX_TAGS = 5_000;

/** A page of tags by name. `q` matches any part of a name. */
export function listTags(
  db: Connection,
  query: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [key],
  } = readPage(query, [""]);
  const q = (query.q ?? "").normalize("NFC").trim().toLowerCase();
  const rows = tagsAfter(db, { q, key: String(key), limit: limit + 1 });
  const page = cutPage(rows, limit, (row) => [row.nameKey]);
  return { items: page.items.map(({ nameKey: _, ...tag }) => tag), nextCursor: page.nextCursor };
}

/** @throws AppError `not_found` */
export function getTag(db: Connection, id: number): TagRow {
  const tag = findTag(db, id);
  if (tag === undefined) {
    throw notFound("tag");
  }
  return tag;
}

/** Those of the tags that still exist. */
export function presentTags(db: Connection, ids: readonly number[]): number[] {
  return ids.filter((id) => findTag(db, id) !== undefined);
}

/** The tags with these names, created if missing. @throws AppError `invalid_input`, `illegal_state` beyond 5,000. */
export function requireTags(db: Connection, names: readonly string[], now: number): TagRow[] {
  return names.map((written) => {
    const read = readTagName(written);
    if ("fault" in read) {
      throw invalidField("tags", because("tag_unusable", { tag: written.slice(0, 80) }));
    }
    const found = findTagByKey(db, read.key);
    if (found !== undefined) {
      return found;
    }
    if (tagCount(db) >= MAX_TAGS) {
      throw new AppError("limit_reached", because("too_many_tags", { max: MAX_TAGS }));
    }
    const made = insertTag(db, read, now);
    if (made === undefined) {
      throw new Error("a tag that does not exist could not be added");
    }
    return made;
  });
}

/** Creates a tag. @throws AppError `limit_reached` beyond 5,000, `conflict` when one has this name, ignoring case. */
export function createTag(db: Connection, written: string, now: number): TagRow {
  const read = readName(written);
  if (findTagByKey(db, read.key) !== undefined) {
    throw nameTaken(read.name);
  }
  const [tag] = requireTags(db, [read.name], now);
  return tag ?? getTag(db, 0);
}

/** Renames a tag. @throws AppError `not_found`; `conflict` when another tag has the name (merge them instead). */
export function changeTag(db: Connection, id: number, written: string): TagRow {
  getTag(db, id);
  const tag = renameTag(db, { id, ...readName(written) });
  if (tag === undefined) {
    throw nameTaken(written);
  }
  return tag;
}

/**
 * Replaces a tag with another one on all contacts, as a task. The tag disappears at once.
 * @throws AppError `not_found`, `in_use`
 */
export function mergeTag(context: TaskContext, id: number, into: number) {
  const { db, now } = context;
  const { contactCount: total } = getTag(db, id);
  if (id === into || findTag(db, into) === undefined) {
    throw invalidField("into", because("not_another_tag"));
  }
  return inTransaction(db, () => {
    refuseWhileFreezing(db);
    hideTag(db, id, now);
    return startTask(context, tagTasks.tag_merge, { payload: { tagId: id, into }, total });
  });
}

/**
 * Deletes a tag. It disappears at once, and a task removes it from its contacts.
 * @throws AppError `not_found`, `in_use`
 */
export function deleteTag(context: TaskContext, id: number) {
  const { db, now } = context;
  const { contactCount: total } = getTag(db, id);
  return inTransaction(db, () => {
    refuseWhileFreezing(db);
    hideTag(db, id, now);
    return startTask(context, tagTasks.tag_remove, { payload: { tagId: id }, total });
  });
}

/** Adds tags to or removes them from contacts, in the caller's transaction. Returns how many contacts changed. */
export function tagContacts(
  db: Connection,
  change: { add: readonly number[]; remove: readonly number[] },
  contactIds: readonly number[],
): number {
  let changed = 0;
  for (const contactId of contactIds) {
    let isChanged = false;
    for (const tagId of change.add) {
      isChanged = addTag(db, tagId, contactId) || isChanged;
    }
    for (const tagId of change.remove) {
      isChanged = removeTag(db, tagId, contactId) || isChanged;
    }
    changed += Number(isChanged);
  }
  return changed;
}

function readName(written: string): { name: string; key: string } {
  const read = readTagName(written);
  if ("fault" in read) {
    throw invalidField("name", read.fault);
  }
  return read;
}

function nameTaken(name: string): AppError {
  return refusedField("conflict", "name", because("tag_exists", { name }));
}
