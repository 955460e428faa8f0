import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

export const ListSchema = t.Object(
  {
    id: t.Number(),
    name: t.String(),
    description: t.String(),
    pending: t.Number({ description: "Members who have not confirmed yet" }),
    subscribed: t.Number(),
    unsubscribed: t.Number(),
    createdAt: t.Number(),
    updatedAt: t.Number(),
  },
  { title: "List" },
);
export const ListPage = pageOf(ListSchema);
export const ListQuery = t.Object({ ...pageQuery, q: t.Optional(t.String({ maxLength: 100 })) });

const name = t.String({ minLength: 1, maxLength: 100 });
const description = t.String({ maxLength: 500 });
export const NewList = t.Object({ name, description: t.Optional(description) });
export const ListChange = t.Object({
  name: t.Optional(name),
  description: t.Optional(description),
});

export const MembershipParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  id: t.Integer({ minimum: 1, description: "The list" }),
  contactId: t.Integer({ minimum: 1 }),
});
export const MembershipChangeBody = t.Object({
  status: t.Union([t.Literal("subscribed"), t.Literal("unsubscribed")]),
  reason: t.Optional(t.String({ maxLength: 500 })),
});
export const Changed = t.Object({ changed: t.Boolean() });
