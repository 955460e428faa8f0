import { Elysia } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { SenderChange, SenderCreate, SenderPage, SenderView } from "./domains.schema.ts";
import {
  changeSender,
  createSender,
  deleteSender,
  readSender,
  readSenders,
} from "./senders.service.ts";

export const senderRoutes = ({ guard, clock }: AppDeps) =>
  new Elysia({
    name: "senders",
    prefix: "/workspaces/:workspaceId/senders",
    detail: { tags: ["Senders"] },
  })
    .use(guard)
    .get("", ({ db }) => readSenders(db), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: SenderPage, ...refusals },
      detail: { summary: "List senders" },
    })
    .post(
      "/",
      ({ db, body }) => {
        return createSender(db, body, clock());
      },
      {
        permission: "sending:write",
        audit: "sender.create",
        idempotent: true,
        params: WorkspaceParams,
        body: SenderCreate,
        response: { 200: SenderView, ...refusals },
        detail: { summary: "Add a sender" },
      },
    )
    .get("/:id", ({ db, params }) => readSender(db, params.id), {
      permission: "sending:read",
      params: WorkspaceItemParams,
      response: { 200: SenderView, ...refusals },
      detail: { summary: "Get a sender" },
    })
    .patch(
      "/:id",
      ({ db, params, body }) => {
        return changeSender(db, params.id, body);
      },
      {
        permission: "sending:write",
        audit: "sender.change",
        params: WorkspaceItemParams,
        body: SenderChange,
        response: { 200: SenderView, ...refusals },
        detail: { summary: "Change a sender" },
      },
    )
    .delete(
      "/:id",
      ({ db, params }) => {
        deleteSender(db, params.id);
        return done;
      },
      {
        permission: "sending:write",
        audit: "sender.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a sender" },
      },
    );
