import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";
import { changeField, createField, listFields, removeField } from "./contact-fields.service.ts";
import { FieldChange, FieldList, FieldSchema, NewField } from "./contacts.schema.ts";

export const contactFieldRoutes = ({ guard, clock, audit, jobs }: AppDeps) =>
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
    .patch(
      "/:id",
      ({ db, params, body, actor, workspace }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        const field = changeField(context, params.id, body);
        audit.record({
          actorId: actor.id,
          workspaceId: workspace.id,
          action: "contact_field.change",
          target: params.id,
        });
        return field;
      },
      {
        permission: "contacts:write",
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
        const task = removeField(context, params.id);
        audit.record({
          actorId: actor.id,
          workspaceId: workspace.id,
          action: "contact_field.delete",
          target: params.id,
        });
        return task;
      },
      {
        permission: "contacts:write",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Remove a custom field with its values" },
      },
    );
