import { Elysia } from "elysia";
import type { WorkspaceAccess } from "../../platform/http/guard.ts";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import type { TaskKinds } from "./task-kind.service.ts";
import { TaskList, TaskQuery, TaskSchema } from "./tasks.schema.ts";
import { cancelTask, getTask, listTasks, undoTask } from "./tasks.service.ts";

/** @param kinds All kinds. Each request sees those that its actor has permission for. */
export const taskRoutes = ({ guard, clock, jobs }: AppDeps, kinds: TaskKinds) =>
  new Elysia({
    name: "tasks",
    prefix: "/workspaces/:workspaceId/tasks",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .get(
      "/",
      ({ db, workspace, query }) =>
        listTasks(db, permitted(kinds, workspace, "see"), query.state ?? "open"),
      {
        permission: "contacts:read",
        params: WorkspaceParams,
        query: TaskQuery,
        response: { 200: TaskList, ...refusals },
        detail: { summary: "List tasks that are waiting, running or being undone, newest first" },
      },
    )
    .get(
      "/:id",
      ({ db, workspace, params }) => getTask(db, permitted(kinds, workspace, "see"), params.id),
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Get a task and its progress" },
      },
    )
    .post(
      "/:id/cancel",
      ({ db, workspace, params }) =>
        cancelTask(db, permitted(kinds, workspace, "change"), params.id, clock()),
      {
        permission: "contacts:write",
        audit: "task.cancel",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Stop a task after its current step" },
      },
    )
    .post(
      "/:id/undo",
      ({ db, workspace, params }) => {
        const context = { db, jobs, workspaceId: workspace.id, now: clock() };
        return undoTask(context, permitted(kinds, workspace, "change"), params.id);
      },
      {
        permission: "contacts:write",
        audit: "task.undo",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Undo a task within a week" },
      },
    );

function permitted(kinds: TaskKinds, workspace: WorkspaceAccess, verb: "see" | "change") {
  const entries = Object.entries(kinds);
  return Object.fromEntries(
    entries.filter(([, kind]) => workspace.can(kind.permission[verb])),
  ) as TaskKinds;
}
