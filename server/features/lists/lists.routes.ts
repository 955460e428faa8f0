import { Elysia } from "elysia";
import type { Connection } from "../../platform/db/driver.ts";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  Changed,
  ListChange,
  ListPage,
  ListQuery,
  ListSchema,
  MembershipChangeBody,
  MembershipParams,
  NewList,
} from "./lists.schema.ts";
import {
  changeList,
  changeMembership,
  createList,
  getList,
  type List,
  listLists,
} from "./lists.service.ts";
import { waitingFor, withWaiting } from "./waiting.service.ts";

export const listRoutes = ({ guard, clock }: AppDeps) => {
  const all = (db: Connection, lists: readonly List[]) => withWaiting(db, lists, clock());
  const one = (db: Connection, list: List) => ({
    ...list,
    waiting: waitingFor(db, list.id, clock()),
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
    .post("/", ({ db, body }) => one(db, createList(db, body, clock())), {
      permission: "lists:write",
      audit: "list.create",
      idempotent: true,
      params: WorkspaceParams,
      body: NewList,
      response: { 200: ListSchema, ...refusals },
      detail: { summary: "Create a list" },
    })
    .get("/:id", ({ db, params }) => one(db, getList(db, params.id)), {
      permission: "lists:read",
      params: WorkspaceItemParams,
      response: { 200: ListSchema, ...refusals },
      detail: { summary: "Get a list" },
    })
    .patch("/:id", ({ db, params, body }) => one(db, changeList(db, params.id, body, clock())), {
      permission: "lists:write",
      audit: "list.change",
      params: WorkspaceItemParams,
      body: ListChange,
      response: { 200: ListSchema, ...refusals },
      detail: { summary: "Change a list" },
    })
    .put(
      "/:id/contacts/:contactId",
      ({ db, params, body, actor, note }) => {
        const changed = changeMembership(db, {
          listId: params.id,
          contactId: params.contactId,
          status: body.status,
          reason: body.reason ?? "",
          source: `by:${actor.id}`,
          actor: actor.id,
          now: clock(),
        });
        note(changed ? { detail: { contact: params.contactId, status: body.status } } : "nothing");
        return { changed };
      },
      {
        permission: "lists:write",
        audit: "list.membership",
        params: MembershipParams,
        body: MembershipChangeBody,
        response: { 200: Changed, ...refusals },
        detail: { summary: "Subscribe or unsubscribe one contact" },
      },
    );
};
