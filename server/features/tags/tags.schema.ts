import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";
import { ContactFilterSchema } from "../contacts/contacts.schema.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";

export const TagSchema = t.Object(
  {
    id: t.Number(),
    name: t.String(),
    contactCount: t.Number(),
    createdAt: t.Number(),
  },
  { title: "Tag" },
);
export const TagPage = pageOf(TagSchema);
export const TagQuery = t.Object({ ...pageQuery, q: t.Optional(t.String({ maxLength: 100 })) });
const name = t.String({ minLength: 1, maxLength: 200, description: "Compared in any letter case" });
export const NewTag = t.Object({ name });
export const MergeTag = t.Object({ into: t.Integer({ minimum: 1 }) });
const names = t.Array(name, { maxItems: 20 });
export const TagRequestSchema = t.Object({
  add: t.Optional(names),
  remove: t.Optional(names),
  ids: t.Optional(t.Array(t.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1000 })),
  filter: t.Optional(ContactFilterSchema),
});
export const TagResult = t.Object({
  affected: t.Number({ description: "Contacts changed by now" }),
  task: t.Union([TaskSchema, t.Null()], {
    description: "What goes on with a filter; null when all is done",
  }),
});
