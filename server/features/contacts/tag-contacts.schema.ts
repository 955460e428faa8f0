import { t } from "elysia";
import { TagName } from "../tags/tags.schema.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";
import { ContactFilterSchema } from "./contacts.schema.ts";

const names = t.Array(TagName, { maxItems: 20 });
export const TagRequestSchema = t.Object({
  add: t.Optional(names),
  remove: t.Optional(names),
  ids: t.Optional(t.Array(t.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1000 })),
  filter: t.Optional(ContactFilterSchema),
});
export const TagResult = t.Object({
  affected: t.Number({ description: "Contacts changed so far" }),
  task: TaskSchema,
});
