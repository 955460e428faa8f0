import { Elysia, t } from "elysia";
import { INSTANCE_INBOX } from "../../inbound/index.ts";
import { notFound } from "../../platform/errors.ts";
import {
  Done,
  done,
  MailSource,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { Cleared, TestMailDetail, TestMailPage, TestMailQuery } from "./inbox.schema.ts";
import { asFile, listInbox, readTestMail, readTestMailSource } from "./inbox.service.ts";

const ItemParams = t.Object({ id: t.Integer({ minimum: 1 }) });

/** The test inbox of the instance itself, with password links and invitations. Administrators only. */
export const instanceInboxRoutes = ({ guard, databases, outside }: AppDeps) => {
  const inbox = () => databases.inbox(INSTANCE_INBOX);
  return new Elysia({
    name: "instance-inbox",
    prefix: "/instance/inbox",
    detail: { tags: ["Instance"] },
  })
    .use(guard)
    .get("", ({ query }) => listInbox(inbox(), query), {
      instanceAdmin: true,
      query: TestMailQuery,
      response: { 200: TestMailPage, ...refusals },
      detail: { summary: "List the messages in the instance's test inbox" },
    })
    .delete(
      "",
      async () => {
        const removed = await outside.inbound.clear(INSTANCE_INBOX);
        return { removed };
      },
      {
        instanceAdmin: true,
        audit: "instance.inbox-clear",
        response: { 200: Cleared, ...refusals },
        detail: { summary: "Empty the instance's test inbox" },
      },
    )
    .get("/:id", ({ params }) => readTestMail(inbox(), params.id), {
      instanceAdmin: true,
      params: ItemParams,
      response: { 200: TestMailDetail, ...refusals },
      detail: { summary: "Get a message of the instance's test inbox" },
    })
    .delete(
      "/:id",
      async ({ params }) => {
        if (!(await outside.removeMail(INSTANCE_INBOX, "test", params.id))) {
          throw notFound("message");
        }
        return done;
      },
      {
        instanceAdmin: true,
        audit: "instance.inbox_delete",
        params: ItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a message of the instance's test inbox" },
      },
    )
    .get("/:id/raw", ({ params }) => asFile(readTestMailSource(inbox(), params.id), params.id), {
      instanceAdmin: true,
      params: ItemParams,
      response: { 200: MailSource, ...refusals },
      detail: { summary: "Download a message of the instance's test inbox" },
    });
};

export const inboxRoutes = ({ guard, databases, outside }: AppDeps) =>
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
      async ({ workspace }) => {
        const removed = await outside.inbound.clear(workspace.id);
        return { removed };
      },
      {
        permission: "inbox:write",
        audit: "inbox.clear",
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
        detail: { summary: "Get a captured message" },
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
        audit: "inbox.delete",
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
        response: { 200: MailSource, ...refusals },
        detail: { summary: "Download a captured message" },
      },
    );
