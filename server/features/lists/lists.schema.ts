import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

export const ListSchema = t.Object(
  {
    id: t.Number(),
    name: t.String(),
    description: t.String({
      description: "Description; shown to recipients if the list is public",
    }),
    isPublic: t.Boolean({
      description: "True for a topic that people can join and leave by themselves",
    }),
    doubleOptIn: t.Boolean({
      description: "True if people who sign up through a form must confirm their address first",
    }),
    pending: t.Number({ description: "Members who have not confirmed yet" }),
    waiting: t.Number({
      description:
        "Sign-ups through a form that are not confirmed yet; these people are not contacts yet",
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

const named = { id: t.Number(), name: t.String() };
export const ListUse = t.Object(
  {
    forms: t.Array(
      t.Object({
        ...named,
        isOnlyList: t.Boolean({
          description: "True if the form accepts no sign-ups without the list",
        }),
      }),
    ),
    segments: t.Array(t.Object(named), { description: "Segments with a condition on the list" }),
    campaigns: t.Array(t.Object({ ...named, status: t.String() }), {
      description: "Unfinished campaigns with the list, or one of these segments, in the audience",
    }),
    waiting: t.Number({ description: "Sign-ups through a form that are not confirmed yet" }),
  },
  { title: "ListUse" },
);
export const ListDeletion = t.Object({
  force: t.Optional(
    t.Boolean({ description: "True to delete the list although something uses it; see …/use" }),
  ),
});

export const MembershipParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  id: t.Integer({ minimum: 1, description: "Id of the list" }),
  contactId: t.Integer({ minimum: 1 }),
});
export const MembershipChangeBody = t.Object({
  status: t.Union([t.Literal("subscribed"), t.Literal("unsubscribed")]),
  reason: t.Optional(t.String({ maxLength: 500 })),
});
export const Changed = t.Object({ changed: t.Boolean() });
