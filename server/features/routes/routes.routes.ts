import { Elysia } from "elysia";
import { AppError, because } from "../../platform/errors.ts";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { allowsDirectSending } from "../instance/instance.service.ts";
import { requireAllowedChange, requireAllowedTargets } from "./relay-target.ts";
import { checkAnyRoute, sendRouteTest } from "./route-check.service.ts";
import {
  RouteChange,
  RouteCheck,
  RouteCreate,
  RoutePage,
  RouteTestAnswer,
  RouteTestRequest,
  RouteTry,
  RouteView,
} from "./routes.schema.ts";
import {
  changeRoute,
  createRoute,
  deleteRoute,
  keepCheck,
  loadRoute,
  type RouteContext,
  readRoute,
  readRoutes,
  routeToTry,
} from "./routes.service.ts";

export const routeRoutes = ({ guard, keyRing, clock, databases, outside }: AppDeps) => {
  const contextOf = (workspaceId: string): RouteContext => ({
    keyRing,
    workspaceId,
    inboxPort: outside.inbound.port,
  });
  return new Elysia({
    name: "routes",
    prefix: "/workspaces/:workspaceId/routes",
    detail: { tags: ["Routes"] },
  })
    .use(guard)
    .get("", ({ db }) => readRoutes(db), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: RoutePage, ...refusals },
      detail: { summary: "List sending methods" },
    })
    .post(
      "/",
      ({ db, body }) => {
        if (body.kind === "direct" && !allowsDirectSending(databases.system)) {
          throw new AppError("forbidden", because("direct_not_allowed"));
        }
        requireAllowedTargets(databases.system, body);
        return createRoute(db, keyRing, body, clock());
      },
      {
        permission: "sending:write",
        audit: "route.create",
        params: WorkspaceParams,
        body: RouteCreate,
        response: { 200: RouteView, ...refusals },
        detail: { summary: "Create a sending method" },
      },
    )
    .post(
      "/check",
      ({ db, body, workspace }) =>
        checkAnyRoute(outside, routeToTry(db, contextOf(workspace.id), body)),
      {
        permission: "sending:write",
        audit: { none: "it only tests settings that are not stored" },
        params: WorkspaceParams,
        body: RouteTry,
        response: { 200: RouteCheck, ...refusals },
        detail: { summary: "Test settings before saving them" },
      },
    )
    .get("/:id", ({ db, params }) => readRoute(db, params.id), {
      permission: "sending:read",
      params: WorkspaceItemParams,
      response: { 200: RouteView, ...refusals },
      detail: { summary: "Get a sending method" },
    })
    .patch(
      "/:id",
      ({ db, params, body, workspace }) => {
        requireAllowedChange(databases.system, readRoute(db, params.id), body);
        const route = changeRoute(db, keyRing, params.id, body, clock());
        outside.engine.routeChanged(workspace.id, route.id);
        return route;
      },
      {
        permission: "sending:write",
        audit: "route.change",
        params: WorkspaceItemParams,
        body: RouteChange,
        response: { 200: RouteView, ...refusals },
        detail: { summary: "Change a sending method" },
      },
    )
    .delete(
      "/:id",
      ({ db, params, workspace }) => {
        deleteRoute(db, params.id);
        outside.engine.routeChanged(workspace.id, params.id);
        return done;
      },
      {
        permission: "sending:write",
        audit: "route.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a sending method" },
      },
    )
    .post(
      "/:id/check",
      async ({ db, params, workspace }) => {
        const route = loadRoute(db, contextOf(workspace.id), params.id);
        const check = await checkAnyRoute(outside, route);
        keepCheck(databases.workspace(workspace.id), params.id, check, clock());
        return check;
      },
      {
        permission: "sending:write",
        audit: "route.check",
        params: WorkspaceItemParams,
        response: { 200: RouteCheck, ...refusals },
        detail: { summary: "Test a sending method up to its sign-in" },
      },
    )
    .post(
      "/:id/test",
      ({ body, params, workspace }) =>
        sendRouteTest(
          {
            databases,
            publicUrl: outside.publicUrl(),
            now: clock(),
            sendOne: outside.engine.sendOne,
          },
          contextOf(workspace.id),
          { routeId: params.id, ...body },
        ),
      {
        permission: "sending:write",
        audit: "route.test",
        params: WorkspaceItemParams,
        body: RouteTestRequest,
        response: { 200: RouteTestAnswer, ...refusals },
        detail: { summary: "Send a test message through a sending method" },
      },
    );
};
