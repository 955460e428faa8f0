import { Elysia } from "elysia";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TagRequestSchema, TagResult } from "./tag-contacts.schema.ts";
import { applyTags } from "./tag-contacts.service.ts";

/** A route of tags that takes a filter of contacts, so it lives in this slice. */
export const tagContactRoutes = ({ guard, clock, jobs }: AppDeps) =>
  new Elysia({
    name: "tag-contacts",
    prefix: "/workspaces/:workspaceId/tags",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .post(
      "/apply",
      ({ db, body, actor, workspace, note }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        const result = applyTags(context, body);
        note({ target: [...(body.add ?? []), ...(body.remove ?? [])].join(", ") });
        return result;
      },
      {
        permission: "contacts:write",
        audit: "tag.apply",
        idempotent: true,
        params: WorkspaceParams,
        body: TagRequestSchema,
        response: { 200: TagResult, ...refusals },
        detail: { summary: "Add and remove tags: by ids at once, by a filter as a task" },
      },
    );
