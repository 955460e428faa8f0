import { fieldTasks } from "./features/contacts/contact-fields.service.ts";
import { contactTasks } from "./features/contacts/contact-tasks.service.ts";
import { exportTasks } from "./features/exports/export-task.service.ts";
import { importTasks } from "./features/imports/import-task.service.ts";
import { personTasks } from "./features/privacy/person-tasks.service.ts";
import { segmentTasks } from "./features/segments/segment-fill.service.ts";
import { tagTasks } from "./features/tags/tags.service.ts";
import type { TaskKind } from "./features/tasks/task-kind.service.ts";
import type { TaskName } from "./features/tasks/tasks.schema.ts";

/**
 * The registry of long-running tasks: how each kind runs, how it is undone, and who may see it. Add new kinds here.
 */
export const taskKinds: { readonly [name in TaskName]: TaskKind } = {
  ...contactTasks,
  ...fieldTasks,
  ...tagTasks,
  ...segmentTasks,
  ...exportTasks,
  ...personTasks,
  ...importTasks,
};
