import type { Connection } from "../../platform/db/driver.ts";
import { storedBecause } from "../../reasons/because.ts";
import { deleteTaskFile } from "../tasks/task-files.service.ts";
import { type RunContext, surroundingsOf, type TaskKind } from "../tasks/task-kind.service.ts";
import type { PersonContext } from "./person-context.ts";
import { erase, removeErasedFiles } from "./person-erase.ts";
import { gather } from "./person-export.ts";
import { findRequest } from "./privacy.store.ts";

const onPeople = {
  unit: "records",
  lane: "task.person",
  permission: { see: "privacy:write", change: "privacy:write" },
  canCancel: false,
  isShared: false,
  faultOf: () => ({ text: storedBecause("request_failed") }),
} as const;

const exportTask: TaskKind = {
  ...onPeople,
  name: "person_export",
  prepare: (db, task, now, context) => gather(personContext(db, now, context), task.id),
  discard: (db, task, context) => deleteTaskFile(db, surroundingsOf(context).dataDir, task.id),
};

/** In two steps: the files are deleted once it is committed that nobody can fetch them, and again after a crash. */
const eraseTask: TaskKind = {
  ...onPeople,
  name: "person_erase",
  async prepare(db, task, now, context) {
    const person = personContext(db, now, context);
    const { contactId = null, address = null } = findRequest(db, task.id) ?? {};
    if (address === null) {
      return removeErasedFiles(person);
    }
    return {
      step: await erase(person, { id: task.id, contactId, address }),
      audit: {
        actorId: task.createdBy,
        workspaceId: person.workspaceId,
        action: "privacy.erased",
        target: String(contactId ?? ""),
        detail: { request: task.id },
      },
    };
  },
};

/** The kinds by name. */
export const personTasks = { person_export: exportTask, person_erase: eraseTask };

function personContext(db: Connection, now: number, context: RunContext): PersonContext {
  const { open, signal } = context;
  const { databases, workspaceId, dataDir } = surroundingsOf(context);
  return { db, now, open, signal, databases, workspaceId, dataDir };
}
