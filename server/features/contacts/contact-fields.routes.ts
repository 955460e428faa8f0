import { Elysia } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { changeField, createField, listFields, removeField } from "./contact-fields.service.ts";
import { FieldChange, FieldList, FieldSchema, NewField } from "./contacts.schema.ts";

export const contactFieldRoutes = ({ guard, clock, audit }: AppDeps) =>
  new Elysia({
    name: "contact-fields",
    prefix: "/workspaces/:workspaceId/contact-fields",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .get("/", ({ db }) => ({ items: listFields(db) }), {
      permission: "contacts:read",
      params: WorkspaceParams,
      response: { 200: FieldList, ...refusals },
      detail: { summary: "List custom fields" },
    })
    .post("/", ({ db, body }) => createField(db, body, clock()), {
      permission: "contacts:write",
      idempotent: true,
      params: WorkspaceParams,
      body: NewField,
      response: { 200: FieldSchema, ...refusals },
      detail: { summary: "Add a custom field" },
    })
    .patch("/:id", ({ db, params, body }) => changeField(db, params.id, body), {
      permission: "contacts:write",
      params: WorkspaceItemParams,
      body: FieldChange,
      response: { 200: FieldSchema, ...refusals },
      detail: { summary: "Change a custom field's label or choices" },
    })
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        removeField(db, params.id);
        audit.record({
          actorId: actor.id,
          workspaceId: workspace.id,
          action: "contact_field.delete",
          target: params.id,
        });
        return done;
      },
      {
        permission: "contacts:write",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Remove a custom field" },
      },
    );
