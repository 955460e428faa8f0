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
import { ReceivedDetail, ReceivedPage, ReceivedQuery } from "./inbox.schema.ts";
import { asFile } from "./inbox.service.ts";
import { readReceived, readReceivedMail, readReceivedSource } from "./received.ts";

const ItemParams = t.Object({ id: t.Integer({ minimum: 1 }) });

/**
 * Bounces, complaints and replies of a workspace, and mail to the instance's role addresses (administrators only).
 */
export const receivedRoutes = ({ guard, databases, outside }: AppDeps) => {
  const instanceInbox = () => databases.inbox(INSTANCE_INBOX);
  const remove = async (workspaceId: string, id: number) => {
    if (!(await outside.removeMail(workspaceId, "received", id))) {
      throw notFound("message");
    }
    return done;
  };
  return new Elysia({ name: "received", detail: { tags: ["Received mail"] } })
    .use(guard)
    .get(
      "/workspaces/:workspaceId/received",
      ({ workspace, query }) => readReceived(databases.inbox(workspace.id), query),
      {
        permission: "inbox:read",
        params: WorkspaceParams,
        query: ReceivedQuery,
        response: { 200: ReceivedPage, ...refusals },
        detail: { summary: "List bounces, complaints and replies" },
      },
    )
    .get(
      "/workspaces/:workspaceId/received/:id",
      ({ workspace, params }) => readReceivedMail(databases.inbox(workspace.id), params.id),
      {
        permission: "inbox:read",
        params: WorkspaceItemParams,
        response: { 200: ReceivedDetail, ...refusals },
        detail: { summary: "Get a received message" },
      },
    )
    .get(
      "/workspaces/:workspaceId/received/:id/raw",
      ({ workspace, params }) =>
        asFile(readReceivedSource(databases.inbox(workspace.id), params.id), params.id),
      {
        permission: "inbox:read",
        params: WorkspaceItemParams,
        response: { 200: MailSource, ...refusals },
        detail: { summary: "Download a received message" },
      },
    )
    .delete(
      "/workspaces/:workspaceId/received/:id",
      ({ workspace, params }) => remove(workspace.id, params.id),
      {
        permission: "inbox:write",
        audit: "received.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a received message" },
      },
    )
    .get("/instance/received", ({ query }) => readReceived(instanceInbox(), query), {
      instanceAdmin: true,
      query: ReceivedQuery,
      response: { 200: ReceivedPage, ...refusals },
      detail: { summary: "List mail to postmaster@ and abuse@ of the instance" },
    })
    .get("/instance/received/:id", ({ params }) => readReceivedMail(instanceInbox(), params.id), {
      instanceAdmin: true,
      params: ItemParams,
      response: { 200: ReceivedDetail, ...refusals },
      detail: { summary: "Get a message to the instance" },
    })
    .get(
      "/instance/received/:id/raw",
      ({ params }) => asFile(readReceivedSource(instanceInbox(), params.id), params.id),
      {
        instanceAdmin: true,
        params: ItemParams,
        response: { 200: MailSource, ...refusals },
        detail: { summary: "Download a message to the instance" },
      },
    )
    .delete("/instance/received/:id", ({ params }) => remove(INSTANCE_INBOX, params.id), {
      instanceAdmin: true,
      audit: "instance.received_delete",
      params: ItemParams,
      response: { 200: Done, ...refusals },
      detail: { summary: "Delete a message to the instance" },
    });
};
