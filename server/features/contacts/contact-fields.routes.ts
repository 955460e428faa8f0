import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";
import { changeField, createField, listFields, removeField } from "./contact-fields.service.ts";
import { FieldChange, FieldList, FieldSchema, NewField } from "./contacts.schema.ts";

export const contactFieldRoutes = ({ guard, clock, jobs }: AppDeps) =>
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
      audit: "contact_field.create",
      idempotent: true,
      params: WorkspaceParams,
      body: NewField,
      response: { 200: FieldSchema, ...refusals },
      detail: { summary: "Add a custom field" },
    })
    .patch(
      "/:id",
      ({ db, params, body, actor, workspace }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        return changeField(context, params.id, body);
      },
      {
        permission: "contacts:write",
        audit: "contact_field.change",
        params: WorkspaceItemParams,
        body: FieldChange,
        response: { 200: FieldSchema, ...refusals },
        detail: { summary: "Change a custom field's label, choices or key" },
      },
    )
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        return removeField(context, params.id);
      },
      {
        permission: "contacts:write",
        audit: "contact_field.delete",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Delete a custom field with its values" },
      },
    );
