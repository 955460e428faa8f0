import { t } from "elysia";
import { CauseSchema } from "../../platform/http/schemas.ts";

/** All kinds of tasks. Each is registered in `server/task-kinds.ts`. */
export const taskNames = [
  "contact_delete",
  "contact_suppress",
  "list_add",
  "list_remove",
  "field_set",
  "field_rename",
  "field_remove",
  "field_index",
  "tag_apply",
  "tag_merge",
  "tag_remove",
  "segment_fill",
  "export",
  "person_export",
  "person_erase",
  "import",
] as const;
export type TaskName = (typeof taskNames)[number];

/** What the progress of a task can count. */
const taskUnits = ["contacts", "rows", "records", "bytes"] as const;
export type TaskUnit = (typeof taskUnits)[number];

const nullable = <T extends Parameters<typeof t.Array>[0]>(type: T, description?: string) =>
  t.Union([type, t.Null()], description === undefined ? {} : { description });

export const TaskSchema = t.Object(
  {
    id: t.Number(),
    kind: t.UnionEnum(taskNames),
    state: t.UnionEnum(["queued", "running", "done", "failed", "cancelled"]),
    doneCount: t.Number({ description: "How much is done, in `unit`" }),
    total: nullable(t.Number(), "The estimated total, in `unit`"),
    unit: t.UnionEnum(taskUnits),
    canCancel: t.Boolean({
      description: "False for tasks that cannot be cancelled, such as a deletion, merge or erasure",
    }),
    error: nullable(t.String()),
    errorCause: CauseSchema,
    createdBy: t.String(),
    createdAt: t.Number(),
    startedAt: nullable(t.Number()),
    finishedAt: nullable(t.Number()),
    undoUntil: nullable(
      t.Number(),
      "Unix ms; null if the task cannot be undone (any more). A time in the year 9999 means that there is no limit, as for imports",
    ),
    undoState: t.UnionEnum(["none", "queued", "done"]),
    undoneCount: t.Number(),
  },
  { title: "Task", description: "A task that runs in the background" },
);
/** What a task's log can say. */
const taskEvents = [
  "requested",
  "started",
  "resumed",
  "continued",
  "restarted",
  "erased",
  "cancelled",
  "failed",
  "done",
  "undo_requested",
  "undone",
] as const;
export type TaskEvent = (typeof taskEvents)[number];

export const TaskLog = t.Object(
  {
    items: t.Array(
      t.Object({
        at: t.Number(),
        event: t.UnionEnum(taskEvents, {
          description:
            "`resumed`: the task continued after an interruption. `continued`: a person resumed it after it had failed. `restarted`: an erasure made it start again. `erased`: the data is erased, but files still have to be deleted",
        }),
        actorName: nullable(t.String(), "The person who did this; null for the server"),
        doneCount: nullable(t.Number(), "How much was done by then, in `unit`"),
        times: t.Number({ description: "How often this happened in a row; `at` is the last time" }),
      }),
    ),
  },
  { title: "TaskLog", description: "What a task did, oldest first" },
);
export const TaskList = t.Object({ items: t.Array(TaskSchema) });
export const TaskQuery = t.Object({
  state: t.Optional(
    t.UnionEnum(["open", "all"], {
      description:
        "`open` (the default): tasks that are waiting, running or being undone; `all`: finished tasks too",
    }),
  ),
});
