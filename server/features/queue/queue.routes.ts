import { Elysia } from "elysia";
import { Done, done, refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { InstanceQueue, LimitName, LiveQueue, Suspend } from "./queue.schema.ts";
import { readInstanceQueue, readQueue, resumeNow, suspendFor } from "./queue.service.ts";

export const queueRoutes = ({ guard, outside }: AppDeps) =>
  new Elysia({
    name: "queue",
    prefix: "/workspaces/:workspaceId/sending/queue",
    detail: { tags: ["Sending"] },
  })
    .use(guard)
    .get("", ({ db, workspace }) => readQueue(outside.queue, db, workspace.id), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: LiveQueue, ...refusals },
      detail: { summary: "Get the live queue of a workspace" },
    })
    .post(
      "/resume",
      async ({ body, workspace, note }) => {
        await resumeNow(outside.queue, workspace.id, body);
        note({ target: `${body.level}:${body.id}` });
        return done;
      },
      {
        permission: "sending:write",
        audit: "queue.resume",
        params: WorkspaceParams,
        body: LimitName,
        response: { 200: Done, ...refusals },
        detail: { summary: "End a suspension now" },
      },
    )
    .post(
      "/suspend",
      async ({ body, workspace, note }) => {
        await suspendFor(outside.queue, workspace.id, body);
        note({ target: `${body.level}:${body.id}` });
        return done;
      },
      {
        permission: "sending:write",
        audit: "queue.suspend",
        params: WorkspaceParams,
        body: Suspend,
        response: { 200: Done, ...refusals },
        detail: { summary: "Suspend sending to a destination" },
      },
    );

export const instanceQueueRoutes = ({ guard, outside, databases }: AppDeps) =>
  new Elysia({ name: "instance-queue", prefix: "/instance/queue", detail: { tags: ["Instance"] } })
    .use(guard)
    .get("", () => readInstanceQueue(outside.queue, databases.system), {
      instanceAdmin: true,
      response: { 200: InstanceQueue, ...refusals },
      detail: { summary: "Get the queue of all workspaces" },
    });
