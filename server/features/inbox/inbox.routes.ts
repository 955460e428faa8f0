import { Elysia, t } from "elysia";
import { notFound } from "../../platform/errors.ts";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { Cleared, TestMailDetail, TestMailPage, TestMailQuery } from "./inbox.schema.ts";
import { asFile, listInbox, readTestMail, readTestMailSource } from "./inbox.service.ts";

export const inboxRoutes = ({ guard, databases, outside, audit }: AppDeps) =>
  new Elysia({
    name: "inbox",
    prefix: "/workspaces/:workspaceId/inbox",
    detail: { tags: ["Test inbox"] },
  })
    .use(guard)
    .get("", ({ workspace, query }) => listInbox(databases.inbox(workspace.id), query), {
      permission: "inbox:read",
      params: WorkspaceParams,
      query: TestMailQuery,
      response: { 200: TestMailPage, ...refusals },
      detail: { summary: "List captured messages" },
    })
    .delete(
      "/",
      async ({ workspace, actor }) => {
        const removed = await outside.inbound.clear(workspace.id);
        audit.record({ actorId: actor.id, workspaceId: workspace.id, action: "inbox.clear" });
        return { removed };
      },
      {
        permission: "inbox:write",
        params: WorkspaceParams,
        response: { 200: Cleared, ...refusals },
        detail: { summary: "Empty the test inbox" },
      },
    )
    .get(
      "/:id",
      ({ workspace, params }) => readTestMail(databases.inbox(workspace.id), params.id),
      {
        permission: "inbox:read",
        params: WorkspaceItemParams,
        response: { 200: TestMailDetail, ...refusals },
        detail: { summary: "Read a captured message" },
      },
    )
    .delete(
      "/:id",
      async ({ workspace, params }) => {
        if (!(await outside.removeMail(workspace.id, "test", params.id))) {
          throw notFound("message");
        }
        return done;
      },
      {
        permission: "inbox:write",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a captured message" },
      },
    )
    .get(
      "/:id/raw",
      ({ workspace, params }) =>
        asFile(readTestMailSource(databases.inbox(workspace.id), params.id), params.id),
      {
        permission: "inbox:read",
        params: WorkspaceItemParams,
        response: { 200: t.Any({ description: "message/rfc822" }), ...refusals },
        detail: { summary: "Download a captured message" },
      },
    );
