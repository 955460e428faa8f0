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
    doneCount: t.Number({ description: "How many of the unit are done" }),
    total: nullable(t.Number(), "About how many there will be"),
    unit: t.UnionEnum(taskUnits),
    canCancel: t.Boolean({ description: "A removal, merge or erasure, for example, cannot be" }),
    error: nullable(t.String()),
    errorCause: CauseSchema,
    createdBy: t.String(),
    createdAt: t.Number(),
    startedAt: nullable(t.Number()),
    finishedAt: nullable(t.Number()),
    undoUntil: nullable(
      t.Number(),
      "Unix ms; null = cannot be undone, or no longer. In the year 9999 when there is no limit, as for imports",
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
            "`resumed`: it went on after an interruption. `continued`: a person had it go on after it had failed. `restarted`: an erasure made it begin again. `erased`: the data is erased, files remain to be deleted",
        }),
        actorName: nullable(t.String(), "Whoever did this, unless the server did"),
        doneCount: nullable(t.Number(), "How many of the unit were done by then"),
        times: t.Number({ description: "How often in a row; `at` is the last time" }),
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
        "`open` (the default): what waits, runs or is being undone; `all`: ended ones too",
    }),
  ),
});
