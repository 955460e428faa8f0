import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

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
export const TagName = t.String({
  minLength: 1,
  maxLength: 200,
  description: "The name; upper and lower case count as the same",
});
export const NewTag = t.Object({ name: TagName });
export const MergeTag = t.Object({ into: t.Integer({ minimum: 1 }) });
