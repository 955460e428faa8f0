import { Elysia } from "elysia";
import { versionOfIfMatch } from "../../platform/http/if-match.ts";
import {
  Done,
  done,
  IfMatchHeaders,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { brandOf } from "../workspaces/public-look.service.ts";
import { formPage, lookOf } from "./form-html.ts";
import { fieldsOfForm, topicsOfForm } from "./form-view.ts";
import {
  FormChange,
  FormNumbers,
  FormPage,
  FormPreview,
  FormPreviewRequest,
  FormQuery,
  FormSchema,
  NewForm,
} from "./forms.schema.ts";
import {
  changeForm,
  createForm,
  deleteForm,
  draftForm,
  type FormContext,
  formNumbers,
  listForms,
  readForm,
} from "./forms.service.ts";

export const formRoutes = ({ guard, clock, keyRing, outside }: AppDeps) => {
  const contextOf = (asked: { db: FormContext["db"]; workspace: { number: number } }) => ({
    db: asked.db,
    keyRing,
    workspaceNumber: asked.workspace.number,
    publicUrl: outside.publicUrl(),
    now: clock(),
  });
  return new Elysia({
    name: "forms",
    prefix: "/workspaces/:workspaceId/forms",
    detail: { tags: ["Forms"] },
  })
    .use(guard)
    .get("/", (asked) => listForms(contextOf(asked), asked.query), {
      permission: "lists:read",
      params: WorkspaceParams,
      query: FormQuery,
      response: { 200: FormPage, ...refusals },
      detail: { summary: "List forms, newest first, with their statistics" },
    })
    .post(
      "/",
      (asked) => {
        return createForm(contextOf(asked), asked.body);
      },
      {
        permission: "lists:write",
        audit: "form.create",
        idempotent: true,
        params: WorkspaceParams,
        body: NewForm,
        response: { 200: FormSchema, ...refusals },
        detail: { summary: "Create a form" },
      },
    )
    .post(
      "/preview",
      async ({ db, workspace, body }) => {
        const form = draftForm(db, body);
        const { settings } = form;
        const fields = fieldsOfForm(db, settings);
        const view = { ...form, fields, topics: topicsOfForm(db, settings) };
        const look = lookOf(settings, brandOf(db, workspace.name));
        return { html: await formPage(view, { challenge: "", look, isPreview: true }).text() };
      },
      {
        permission: "lists:write",
        audit: { none: "it only shows the page" },
        params: WorkspaceParams,
        body: FormPreviewRequest,
        response: { 200: FormPreview, ...refusals },
        detail: { summary: "Preview the page of an unsaved form" },
      },
    )
    .get("/:id", (asked) => readForm(contextOf(asked), asked.params.id), {
      permission: "lists:read",
      params: WorkspaceItemParams,
      response: { 200: FormSchema, ...refusals },
      detail: { summary: "Get a form with its settings and its embed HTML" },
    })
    .patch(
      "/:id",
      (asked) => {
        const version = versionOfIfMatch(asked.headers["if-match"]);
        return changeForm(contextOf(asked), asked.params.id, asked.body, version);
      },
      {
        permission: "lists:write",
        audit: "form.change",
        params: WorkspaceItemParams,
        headers: IfMatchHeaders,
        body: FormChange,
        response: { 200: FormSchema, ...refusals },
        detail: { summary: "Change a form; a new consent text becomes a new version" },
      },
    )
    .delete(
      "/:id",
      ({ db, params }) => {
        deleteForm(db, params.id);
        return done;
      },
      {
        permission: "lists:write",
        audit: "form.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a form; the consent log keeps what was agreed" },
      },
    )
    .get("/:id/numbers", ({ db, params }) => formNumbers(db, params.id, clock()), {
      permission: "lists:read",
      params: WorkspaceItemParams,
      response: { 200: FormNumbers, ...refusals },
      detail: { summary: "Get a form's daily statistics and the versions of its consent text" },
    });
};
