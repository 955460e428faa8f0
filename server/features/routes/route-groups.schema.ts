import { t } from "elysia";
import { pageOf } from "../../platform/http/schemas.ts";

const Member = t.Object({
  routeId: t.Integer({ minimum: 1 }),
  position: t.Integer({
    minimum: 0,
    maximum: 99,
    description:
      "Lower positions are used first. A higher one is used only when all sending methods of the lower ones fail",
  }),
  weight: t.Integer({
    minimum: 1,
    maximum: 1000,
    description: "Its share among the sending methods of the same position",
  }),
});

export const RouteGroupView = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    members: t.Array(t.Object({ ...Member.properties, name: t.String(), enabled: t.Boolean() })),
    createdAt: t.Integer(),
    updatedAt: t.Integer(),
  },
  { title: "RouteGroup" },
);
export type RouteGroupView = typeof RouteGroupView.static;
export const RouteGroupPage = pageOf(RouteGroupView);

export const RouteGroupCreate = t.Object({
  name: t.String({ minLength: 1, maxLength: 100 }),
  members: t.Array(Member, { maxItems: 50 }),
});
export type RouteGroupCreate = typeof RouteGroupCreate.static;
export const RouteGroupChange = t.Partial(RouteGroupCreate);
export type RouteGroupChange = typeof RouteGroupChange.static;
