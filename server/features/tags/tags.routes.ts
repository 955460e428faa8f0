import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";
import { MergeTag, NewTag, TagPage, TagQuery, TagSchema } from "./tags.schema.ts";
import { changeTag, createTag, deleteTag, getTag, listTags, mergeTag } from "./tags.service.ts";

export const tagRoutes = ({ guard, clock, jobs }: AppDeps) =>
  new Elysia({
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
    .post("/", ({ db, body }) => createTag(db, body.name, clock()), {
      permission: "contacts:write",
      audit: "tag.create",
      idempotent: true,
      params: WorkspaceParams,
      body: NewTag,
      response: { 200: TagSchema, ...refusals },
      detail: { summary: "Create a tag" },
    })
    .get("/:id", ({ db, params }) => getTag(db, params.id), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: TagSchema, ...refusals },
      detail: { summary: "Get a tag" },
    })
    .patch("/:id", ({ db, params, body }) => changeTag(db, params.id, body.name), {
      permission: "contacts:write",
      audit: "tag.rename",
      params: WorkspaceItemParams,
      body: NewTag,
      response: { 200: TagSchema, ...refusals },
      detail: { summary: "Rename a tag" },
    })
    .post(
      "/:id/merge",
      ({ db, params, body, actor, workspace, note }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        const task = mergeTag(context, params.id, body.into);
        note({ target: `${params.id} → ${body.into}` });
        return task;
      },
      {
        permission: "contacts:write",
        audit: "tag.merge",
        params: WorkspaceItemParams,
        body: MergeTag,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Merge a tag into another one" },
      },
    )
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        return deleteTag(context, params.id);
      },
      {
        permission: "contacts:write",
        audit: "tag.delete",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Delete a tag; its contacts stay" },
      },
    );
