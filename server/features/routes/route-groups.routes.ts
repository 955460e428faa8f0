import { Elysia } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  RouteGroupChange,
  RouteGroupCreate,
  RouteGroupPage,
  RouteGroupView,
} from "./route-groups.schema.ts";
import {
  changeRouteGroup,
  createRouteGroup,
  deleteRouteGroup,
  readRouteGroup,
  readRouteGroups,
} from "./route-groups.service.ts";

export const routeGroupRoutes = ({ guard, clock, outside }: AppDeps) => {
  /** Makes campaigns that use one of these groups load their sending methods again. */
  const tell = (workspaceId: string, ...groups: RouteGroupView[]) => {
    const ids = groups.flatMap(({ members }) => members.map(({ routeId }) => routeId));
    for (const routeId of new Set(ids)) {
      outside.engine.routeChanged(workspaceId, routeId);
    }
  };
  return new Elysia({
    name: "route-groups",
    prefix: "/workspaces/:workspaceId/route-groups",
    detail: { tags: ["Routes"] },
  })
    .use(guard)
    .get("", ({ db }) => readRouteGroups(db), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: RouteGroupPage, ...refusals },
      detail: { summary: "List sending method groups" },
    })
    .post(
      "/",
      ({ db, body }) => {
        return createRouteGroup(db, body, clock());
      },
      {
        permission: "sending:write",
        audit: "route_group.create",
        idempotent: true,
        params: WorkspaceParams,
        body: RouteGroupCreate,
        response: { 200: RouteGroupView, ...refusals },
        detail: { summary: "Create a sending method group" },
      },
    )
    .get("/:id", ({ db, params }) => readRouteGroup(db, params.id), {
      permission: "sending:read",
      params: WorkspaceItemParams,
      response: { 200: RouteGroupView, ...refusals },
      detail: { summary: "Get a sending method group" },
    })
    .patch(
      "/:id",
      ({ db, params, body, workspace }) => {
        const before = readRouteGroup(db, params.id);
        const group = changeRouteGroup(db, params.id, body, clock());
        tell(workspace.id, before, group);
        return group;
      },
      {
        permission: "sending:write",
        audit: "route_group.change",
        params: WorkspaceItemParams,
        body: RouteGroupChange,
        response: { 200: RouteGroupView, ...refusals },
        detail: { summary: "Change a sending method group" },
      },
    )
    .delete(
      "/:id",
      ({ db, params }) => {
        deleteRouteGroup(db, params.id);
        return done;
      },
      {
        permission: "sending:write",
        audit: "route_group.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a sending method group" },
      },
    );
};
