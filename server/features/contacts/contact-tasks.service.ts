// Tasks that make one undoable change to each of many contacts.
import type { Connection } from "../../platform/db/driver.ts";
import { onContacts, type TaskAtWork, type TaskKind } from "../tasks/task-kind.service.ts";
import { applyChange, type BulkBy, type BulkChange, undoOne } from "./contact-bulk-apply.ts";
import { contactsToUndo } from "./contact-undo.store.ts";
import { type ContactFilter, contactIdsOf } from "./contacts.service.ts";

/** Small enough that a step holds the workspace's lock for only a few milliseconds, because requests wait for it. */
const BATCH = 25;

/** The selected contacts: those listed, or all that match a filter. */
export type ContactChoiceOrFilter = { ids?: readonly number[]; filter?: ContactFilter | null };
type Payload = ContactChoiceOrFilter & Omit<BulkChange, "kind">;

const kindNames = [
  "contact_delete",
  "contact_suppress",
  "list_add",
  "list_remove",
  "field_set",
  "tag_apply",
] as const satisfies readonly BulkChange["kind"][];

/** The kinds by name. */
export const contactTasks = Object.fromEntries(
  kindNames.map((name) => [name, contactTask(name)]),
) as Record<BulkChange["kind"], TaskKind>;

function contactTask(name: BulkChange["kind"]): TaskKind {
  return {
    ...onContacts,
    name,
    canCancel: true,
    // Each request can be undone by itself.
    isShared: false,
    prepare(db, task, now) {
      const payload = task.payload as Payload;
      const { ids, cursor } = nextContacts(db, payload, task.cursor, now);
      // Delivery checks suppressions before each chunk, so this thread does not have to notify it.
      return () => ({
        done: ids.length,
        changed: applyChange(
          db,
          task.id,
          { ...payload, kind: name } as BulkChange,
          ids,
          byOf(task, now),
        ),
        cursor,
      });
    },
    undo(db, task, now) {
      const some = contactsToUndo(db, task.id, BATCH);
      const undone = some.filter((one) => undoOne(db, task.id, one, byOf(task, now))).length;
      return { undone, isOver: some.length === 0 };
    },
  };
}

/** A filter continues at a position; a list of ids continues at an index. */
function nextContacts(
  db: Connection,
  { ids, filter }: ContactChoiceOrFilter,
  cursor: string | null,
  now: number,
) {
  if (ids === undefined) {
    return contactIdsOf(db, filter ?? {}, cursor, BATCH, now);
  }
  const end = Number(cursor ?? 0) + BATCH;
  return {
    ids: ids.slice(end - BATCH, end),
    cursor: end < ids.length ? String(end) : undefined,
  };
}

/** `bulk:<id>` as the source, so that undo can find its own changes. */
function byOf(task: TaskAtWork, now: number): BulkBy {
  return { source: `bulk:${task.id}`, actor: task.createdBy, now };
}
