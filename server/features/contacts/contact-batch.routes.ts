import { Elysia } from "elysia";
import type { Actor } from "../../platform/http/guard.ts";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  AddressParams,
  BatchResult,
  ContactBatch,
  ContactUpsert,
  MembershipBatch,
  UpsertResult,
} from "./contact-batch.schema.ts";
import {
  changeMemberships,
  countOutcomes,
  upsertContact,
  upsertContacts,
} from "./contact-batch.service.ts";

const sourceOf = (actor: Actor) => (actor.kind === "api_key" ? "api" : "manual");

export const contactBatchRoutes = ({ guard, clock, databases }: AppDeps) =>
  new Elysia({
    name: "contact-batch",
    prefix: "/workspaces/:workspaceId/contacts",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .put(
      "/by-address/:address",
      ({ db, params, body, actor, note }) => {
        const by = { actorId: actor.id, source: sourceOf(actor), now: clock() };
        const result = upsertContact(db, { ...body, email: params.address }, by);
        const action = result.outcome === "created" ? "contact.create" : "contact.update";
        note(result.outcome === "unchanged" ? "nothing" : { action, target: result.contact.id });
        return result;
      },
      {
        permission: "contacts:write",
        audit: "contact.update",
        params: AddressParams,
        body: ContactUpsert,
        response: { 200: UpsertResult, ...refusals },
        detail: { summary: "Create a contact, or change the one with this address" },
      },
    )
    .post(
      "/batch",
      async ({ body, actor, workspace, note }) => {
        const context = {
          open: () => databases.workspace(workspace.id),
          clock,
          actorId: actor.id,
          source: sourceOf(actor),
        };
        const result = countOutcomes(
          await upsertContacts(context, body.items, body.mode ?? "upsert"),
        );
        note({
          detail: { created: result.created, updated: result.updated, rejected: result.rejected },
        });
        return result;
      },
      {
        permission: "contacts:write",
        audit: "contact.batch",
        idempotent: true,
        params: WorkspaceParams,
        body: ContactBatch,
        response: { 200: BatchResult, ...refusals },
        detail: { summary: "Create or change up to 1,000 contacts by address" },
      },
    )
    .post(
      "/batch-memberships",
      async ({ body, actor, workspace, note }) => {
        const context = {
          open: () => databases.workspace(workspace.id),
          clock,
          actorId: actor.id,
          source: sourceOf(actor),
        };
        const result = countOutcomes(await changeMemberships(context, body.items));
        note({
          detail: { created: result.created, updated: result.updated, rejected: result.rejected },
        });
        return result;
      },
      {
        permission: "contacts:write",
        audit: "contact.batch_memberships",
        idempotent: true,
        params: WorkspaceParams,
        body: MembershipBatch,
        response: { 200: BatchResult, ...refusals },
        detail: { summary: "Change up to 1,000 list memberships" },
      },
    );
