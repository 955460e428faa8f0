import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TaskList, TaskSchema } from "./tasks.schema.ts";
import { cancelTask, getTask, listOpenTasks } from "./tasks.service.ts";

export const taskRoutes = ({ guard, clock }: AppDeps) =>
  new Elysia({
    name: "tasks",
    prefix: "/workspaces/:workspaceId/tasks",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .get("/", ({ db }) => ({ items: listOpenTasks(db) }), {
      permission: "contacts:read",
      params: WorkspaceParams,
      response: { 200: TaskList, ...refusals },
      detail: { summary: "Work on many contacts that waits or runs" },
    })
    .get("/:id", ({ db, params }) => getTask(db, params.id), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: TaskSchema, ...refusals },
      detail: { summary: "Progress of a task" },
    })
    .post("/:id/cancel", ({ db, params }) => cancelTask(db, params.id, clock()), {
      permission: "contacts:write",
      audit: "task.cancel",
      params: WorkspaceItemParams,
      response: { 200: TaskSchema, ...refusals },
      detail: { summary: "Stop a task after its current step" },
    });
