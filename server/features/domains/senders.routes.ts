import { Elysia } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import { auditEntry as entry } from "../audit/audit.service.ts";
import type { AppDeps } from "../deps.ts";
import { SenderChange, SenderCreate, SenderPage, SenderView } from "./domains.schema.ts";
import {
  changeSender,
  createSender,
  deleteSender,
  readSender,
  readSenders,
} from "./senders.service.ts";

export const senderRoutes = ({ guard, clock, audit }: AppDeps) =>
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
      ({ db, body, actor, workspace }) => {
        const sender = createSender(db, body, clock());
        audit.record(entry(actor, workspace, "sender.create", sender.id));
        return sender;
      },
      {
        permission: "sending:write",
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
      detail: { summary: "Read a sender" },
    })
    .patch(
      "/:id",
      ({ db, params, body, actor, workspace }) => {
        const sender = changeSender(db, params.id, body);
        audit.record(entry(actor, workspace, "sender.change", sender.id));
        return sender;
      },
      {
        permission: "sending:write",
        params: WorkspaceItemParams,
        body: SenderChange,
        response: { 200: SenderView, ...refusals },
        detail: { summary: "Change a sender" },
      },
    )
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        deleteSender(db, params.id);
        audit.record(entry(actor, workspace, "sender.delete", params.id));
        return done;
      },
      {
        permission: "sending:write",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a sender" },
      },
    );
