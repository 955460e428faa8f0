import { Elysia } from "elysia";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { applyTags } from "./contact-bulk.service.ts";
import { contactLooks } from "./contact-looks.service.ts";
import { TagRequestSchema, TagResult } from "./tag-contacts.schema.ts";

/** A route of tags that takes a filter of contacts, which is why it is in this slice. */
export const tagContactRoutes = ({ guard, clock, jobs, databases, outside }: AppDeps) =>
  new Elysia({
    name: "tag-contacts",
    prefix: "/workspaces/:workspaceId/tags",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .post(
      "/apply",
      async ({ body, actor, workspace, note }) => {
        const result = await applyTags(
          {
            open: () => databases.workspace(workspace.id),
            clock,
            jobs,
            workspaceId: workspace.id,
            actorId: actor.id,
            count: (filter) => outside.reads.look(workspace.id, contactLooks.count, filter),
          },
          body,
        );
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
        detail: { summary: "Add and remove tags: for ids immediately, for a filter by a task" },
      },
    );
