import { Elysia } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import { auditEntry as entry } from "../audit/audit.service.ts";
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

export const routeGroupRoutes = ({ guard, clock, outside, audit }: AppDeps) => {
  /** Campaigns that are being sent load their routes again when one of theirs is named. */
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
      detail: { summary: "List route groups" },
    })
    .post(
      "/",
      ({ db, body, actor, workspace }) => {
        const group = createRouteGroup(db, body, clock());
        audit.record(entry(actor, workspace, "route_group.create", group.id));
        return group;
      },
      {
        permission: "sending:write",
        idempotent: true,
        params: WorkspaceParams,
        body: RouteGroupCreate,
        response: { 200: RouteGroupView, ...refusals },
        detail: { summary: "Create a route group" },
      },
    )
    .get("/:id", ({ db, params }) => readRouteGroup(db, params.id), {
      permission: "sending:read",
      params: WorkspaceItemParams,
      response: { 200: RouteGroupView, ...refusals },
      detail: { summary: "Read a route group" },
    })
    .patch(
      "/:id",
      ({ db, params, body, actor, workspace }) => {
        const before = readRouteGroup(db, params.id);
        const group = changeRouteGroup(db, params.id, body, clock());
        tell(workspace.id, before, group);
        audit.record(entry(actor, workspace, "route_group.change", group.id));
        return group;
      },
      {
        permission: "sending:write",
        params: WorkspaceItemParams,
        body: RouteGroupChange,
        response: { 200: RouteGroupView, ...refusals },
        detail: { summary: "Change a route group" },
      },
    )
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        deleteRouteGroup(db, params.id);
        audit.record(entry(actor, workspace, "route_group.delete", params.id));
        return done;
      },
      {
        permission: "sending:write",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a route group" },
      },
    );
};
