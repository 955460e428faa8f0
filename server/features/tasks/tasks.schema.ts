import { t } from "elysia";

export const TaskSchema = t.Object(
  {
    id: t.Number(),
    kind: t.Union([
      t.Literal("field_rename"),
      t.Literal("field_remove"),
      t.Literal("field_index"),
      t.Literal("tag_apply"),
      t.Literal("tag_merge"),
      t.Literal("tag_remove"),
      t.Literal("segment_fill"),
    ]),
    state: t.Union([
      t.Literal("queued"),
      t.Literal("running"),
      t.Literal("done"),
      t.Literal("failed"),
      t.Literal("cancelled"),
    ]),
    doneCount: t.Number({ description: "Contacts changed so far" }),
    total: t.Union([t.Number(), t.Null()], { description: "About how many there will be" }),
    error: t.Union([t.String(), t.Null()]),
    createdAt: t.Number(),
    finishedAt: t.Union([t.Number(), t.Null()]),
  },
  { title: "AudienceTask", description: "Work on many contacts that goes on by itself" },
);
export const TaskList = t.Object({ items: t.Array(TaskSchema) });
