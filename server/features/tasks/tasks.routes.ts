import { Elysia } from "elysia";
import { eventStream } from "../../platform/http/event-stream.ts";
import type { WorkspaceAccess } from "../../platform/http/guard.ts";
import type { Permission } from "../../platform/http/permissions.ts";
import {
  answerAs,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import type { TaskKinds } from "./task-kind.service.ts";
import { taskLog } from "./task-log.ts";
import { TaskList, TaskLog, TaskQuery, TaskSchema } from "./tasks.schema.ts";
import { cancelTask, getTask, listTasks, undoTask } from "./tasks.service.ts";

/** How often a stream reads the tasks while there are open ones, and while there are none (ms). */
const TICK_MS = 1_000;
const QUIET_TICK_MS = 2_000;

/** @param kinds All kinds. A request sees only those for which its actor has permission. */
export const taskRoutes = (
  { guard, clock, jobs, databases, hasPermissionNow }: AppDeps,
  kinds: TaskKinds,
) =>
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
      "/events",
      ({ actor, workspace, isStillAllowed }) => {
        // The kinds that the reader may see can become fewer during the stream.
        const read = () => {
          const can = (permission: Permission) =>
            hasPermissionNow(actor.id, workspace.id, permission);
          const db = databases.workspace(workspace.id);
          return listTasks(db, permitted(kinds, { can }, "see"), "open");
        };
        return eventStream({
          name: "tasks",
          first: read(),
          read,
          waitMs: ({ items }) => (items.length > 0 ? TICK_MS : QUIET_TICK_MS),
          textOf: (tasks) => JSON.stringify(tasks),
          isStillAllowed,
          clock,
        });
      },
      {
        permission: "contacts:read",
        params: WorkspaceParams,
        response: {
          200: answerAs("Events named tasks, each a JSON list of open tasks", "text/event-stream"),
          ...refusals,
        },
        detail: { summary: "Stream the tasks that are waiting, running or being undone" },
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
    .get(
      "/:id/log",
      ({ db, workspace, params }) =>
        taskLog(db, databases.system, permitted(kinds, workspace, "see"), params.id),
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        response: { 200: TaskLog, ...refusals },
        detail: { summary: "Get what a task did" },
      },
    )
    .post(
      "/:id/cancel",
      ({ db, workspace, params, actor }) => {
        const by = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        return cancelTask(by, permitted(kinds, workspace, "change"), params.id);
      },
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
      ({ db, workspace, params, actor }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
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

function permitted(
  kinds: TaskKinds,
  { can }: Pick<WorkspaceAccess, "can">,
  verb: "see" | "change",
) {
  const entries = Object.entries(kinds);
  const asked = new Set(entries.map(([, kind]) => kind.permission[verb]));
  const given = new Set([...asked].filter(can));
  return Object.fromEntries(
    entries.filter(([, kind]) => given.has(kind.permission[verb])),
  ) as TaskKinds;
}
