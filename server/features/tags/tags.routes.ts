import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";
import { MergeTag, NewTag, TagPage, TagQuery, TagSchema } from "./tags.schema.ts";
import { changeTag, createTag, deleteTag, getTag, listTags, mergeTag } from "./tags.service.ts";

export const tagRoutes = ({ guard, clock, audit, jobs }: AppDeps) => {
  const record = (actorId: string, workspaceId: string, action: string, target: string | number) =>
    audit.record({ actorId, workspaceId, action, target });
  return new Elysia({
    name: "tags",
    prefix: "/workspaces/:workspaceId/tags",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .get("/", ({ db, query }) => listTags(db, query), {
      permission: "contacts:read",
      params: WorkspaceParams,
      query: TagQuery,
      response: { 200: TagPage, ...refusals },
      detail: { summary: "List tags with how many contacts have them" },
    })
    .post(
      "/",
      ({ db, body, actor, workspace }) => {
        const tag = createTag(db, body.name, clock());
        record(actor.id, workspace.id, "tag.create", tag.id);
        return tag;
      },
      {
        permission: "contacts:write",
        idempotent: true,
        params: WorkspaceParams,
        body: NewTag,
        response: { 200: TagSchema, ...refusals },
        detail: { summary: "Create a tag" },
      },
    )
    .get("/:id", ({ db, params }) => getTag(db, params.id), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: TagSchema, ...refusals },
      detail: { summary: "Get a tag" },
    })
    .patch(
      "/:id",
      ({ db, params, body, actor, workspace }) => {
        const tag = changeTag(db, params.id, body.name);
        record(actor.id, workspace.id, "tag.rename", tag.id);
        return tag;
      },
      {
        permission: "contacts:write",
        params: WorkspaceItemParams,
        body: NewTag,
        response: { 200: TagSchema, ...refusals },
        detail: { summary: "Rename a tag" },
      },
    )
    .post(
      "/:id/merge",
      ({ db, params, body, actor, workspace }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        const task = mergeTag(context, params.id, body.into);
        record(actor.id, workspace.id, "tag.merge", `${params.id} → ${body.into}`);
        return task;
      },
      {
        permission: "contacts:write",
        params: WorkspaceItemParams,
        body: MergeTag,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Give everybody with this tag another one instead" },
      },
    )
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        const task = deleteTag(context, params.id);
        record(actor.id, workspace.id, "tag.delete", params.id);
        return task;
      },
      {
        permission: "contacts:write",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Remove a tag; its contacts stay" },
      },
    );
};
