import { Elysia } from "elysia";
import {
  pageQuerySchema,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  EventBatch,
  EventBatchResult,
  EventBody,
  EventNames,
  EventPage,
  EventResultSchema,
} from "./events.schema.ts";
import { listEventNames, listEvents, storeEvent, storeEvents } from "./events.service.ts";

export const eventRoutes = ({ guard, clock, databases }: AppDeps) => {
  const contextOf = (workspaceId: string, actorId: string) => ({
    open: () => databases.workspace(workspaceId),
    clock,
    actorId,
  });
  return new Elysia({
    name: "events",
    prefix: "/workspaces/:workspaceId",
    detail: { tags: ["Events"] },
  })
    .use(guard)
    .get(
      "/contacts/:id/events",
      ({ db, params, query }) => listEvents(db, { ...query, contactId: params.id }, clock()),
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        query: pageQuerySchema,
        response: { 200: EventPage, ...refusals },
        detail: { summary: "List a contact's events, newest first" },
      },
    )
    .get("/events/names", ({ db }) => listEventNames(db), {
      permission: "contacts:read",
      params: WorkspaceParams,
      response: { 200: EventNames, ...refusals },
      detail: { summary: "List the names of received events" },
    })
    .post(
      "/events",
      ({ body, actor, workspace }) => storeEvent(contextOf(workspace.id, actor.id), body),
      {
        permission: "contacts:write",
        audit: { none: "events are a log of their own, which records who sent each event" },
        params: WorkspaceParams,
        body: EventBody,
        response: { 200: EventResultSchema, ...refusals },
        detail: { summary: "Store an event of a contact" },
      },
    )
    .post(
      "/events/batch",
      async ({ body, actor, workspace }) => ({
        items: await storeEvents(contextOf(workspace.id, actor.id), body.items),
      }),
      {
        permission: "contacts:write",
        audit: { none: "events are a log of their own, which records who sent each event" },
        params: WorkspaceParams,
        body: EventBatch,
        response: { 200: EventBatchResult, ...refusals },
        detail: { summary: "Store up to 1,000 events, with a result for each" },
      },
    );
};
