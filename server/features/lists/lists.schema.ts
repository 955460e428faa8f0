import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

export const ListSchema = t.Object(
  {
    id: t.Number(),
    name: t.String(),
    description: t.String({ description: "Shown to everybody where the list is public" }),
    isPublic: t.Boolean({ description: "A topic people can join and leave by themselves" }),
    doubleOptIn: t.Boolean({ description: "Who joins by a form confirms the address first" }),
    pending: t.Number({ description: "Members who have not confirmed yet" }),
    waiting: t.Number({
      description: "Signed up by a form and not confirmed yet: no members, and no contacts, so far",
    }),
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
const optional = {
  description: t.Optional(t.String({ maxLength: 500 })),
  isPublic: t.Optional(t.Boolean()),
  doubleOptIn: t.Optional(t.Boolean()),
};
export const NewList = t.Object({ name, ...optional });
export const ListChange = t.Object({ name: t.Optional(name), ...optional });

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
