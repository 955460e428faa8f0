import { Elysia } from "elysia";
import type { Connection } from "../../platform/db/driver.ts";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { listUse, requireUnused } from "../forms/list-use.service.ts";
import { withWaiting } from "../forms/waiting.service.ts";
import {
  Changed,
  ListChange,
  ListDeletion,
  ListPage,
  ListQuery,
  ListSchema,
  ListUse,
  MembershipChangeBody,
  MembershipParams,
  NewList,
} from "./lists.schema.ts";
import {
  changeList,
  changeMembership,
  createList,
  deleteList,
  getList,
  type List,
  listLists,
} from "./lists.service.ts";

export const listRoutes = ({ guard, clock, audit, databases }: AppDeps) => {
  const all = (db: Connection, lists: readonly List[]) => withWaiting(db, lists, clock());
  const one = (db: Connection, list: List) => ({
    ...list,
    waiting: all(db, [list])[0]?.waiting ?? 0,
  });
  return new Elysia({
    name: "lists",
    prefix: "/workspaces/:workspaceId/lists",
    detail: { tags: ["Lists"] },
  })
    .use(guard)
    .get(
      "/",
      ({ db, query }) => {
        const { items, nextCursor } = listLists(db, query);
        return { items: all(db, items), nextCursor };
      },
      {
        permission: "lists:read",
        params: WorkspaceParams,
        query: ListQuery,
        response: { 200: ListPage, ...refusals },
        detail: { summary: "List lists with their counts" },
      },
    )
    .post(
      "/",
      ({ db, body, actor, workspace }) => {
        const list = createList(db, body, clock());
        audit.record({
          actorId: actor.id,
          workspaceId: workspace.id,
          action: "list.create",
          target: list.id,
        });
        return one(db, list);
      },
      {
        permission: "lists:write",
        idempotent: true,
        params: WorkspaceParams,
        body: NewList,
        response: { 200: ListSchema, ...refusals },
        detail: { summary: "Create a list" },
      },
    )
    .get("/:id", ({ db, params }) => one(db, getList(db, params.id)), {
      permission: "lists:read",
      params: WorkspaceItemParams,
      response: { 200: ListSchema, ...refusals },
      detail: { summary: "Get a list" },
    })
    .get("/:id/use", ({ db, params }) => listUse(db, params.id, clock()), {
      permission: "lists:read",
      params: WorkspaceItemParams,
      response: { 200: ListUse, ...refusals },
      detail: { summary: "What uses a list, and would break or change without it" },
    })
    .patch("/:id", ({ db, params, body }) => one(db, changeList(db, params.id, body, clock())), {
      permission: "lists:write",
      params: WorkspaceItemParams,
      body: ListChange,
      response: { 200: ListSchema, ...refusals },
      detail: { summary: "Change a list" },
    })
    .delete(
      "/:id",
      async ({ db, params, query, actor, workspace }) => {
        if (query.force !== true) {
          requireUnused(db, params.id, clock());
        }
        await deleteList(() => databases.workspace(workspace.id), params.id);
        audit.record({
          actorId: actor.id,
          workspaceId: workspace.id,
          action: "list.delete",
          target: params.id,
        });
        return done;
      },
      {
        permission: "lists:write",
        params: WorkspaceItemParams,
        query: ListDeletion,
        response: { 200: Done, ...refusals },
        detail: {
          summary: "Delete a list; its contacts stay",
          description:
            "A list that a form, a segment, an open campaign or a waiting sign-up needs is refused with 409, which names them, unless force=true. So is, in any case, every list while the recipients of a campaign are being found, and a list whose members a campaign under way leaves out.",
        },
      },
    )
    .put(
      "/:id/contacts/:contactId",
      ({ db, params, body, actor }) => ({
        changed: changeMembership(db, {
          listId: params.id,
          contactId: params.contactId,
          status: body.status,
          reason: body.reason ?? "",
          source: `by:${actor.id}`,
          actor: actor.id,
          now: clock(),
        }),
      }),
      {
        permission: "lists:write",
        params: MembershipParams,
        body: MembershipChangeBody,
        response: { 200: Changed, ...refusals },
        detail: { summary: "Subscribe or unsubscribe one contact" },
      },
    );
};
