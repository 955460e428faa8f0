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
import {
  CompileRequest,
  CompileResult,
  StarterList,
  TemplateChange,
  TemplateCreate,
  TemplatePage,
  TemplateQuery,
  TemplateView,
} from "./templates.schema.ts";
import {
  changeTemplate,
  compileTemplate,
  createTemplate,
  deleteTemplate,
  listTemplates,
  readTemplate,
  starters,
} from "./templates.service.ts";

export const templateRoutes = ({ guard, clock, databases, outside }: AppDeps) =>
  new Elysia({
    name: "templates",
    prefix: "/workspaces/:workspaceId",
    detail: { tags: ["Templates"] },
  })
    .use(guard)
    .get("/template-starters", () => ({ items: starters }), {
      permission: "templates:read",
      params: WorkspaceParams,
      response: { 200: StarterList, ...refusals },
      detail: { summary: "List the built-in templates" },
    })
    .get("/templates", ({ db, query }) => listTemplates(db, query), {
      permission: "templates:read",
      params: WorkspaceParams,
      query: TemplateQuery,
      response: { 200: TemplatePage, ...refusals },
      detail: { summary: "List templates" },
    })
    .post(
      "/templates",
      ({ db, body, set }) => {
        const template = createTemplate(db, body, clock());
        set.headers["etag"] = `"${template.version}"`;
        return template;
      },
      {
        permission: "templates:write",
        audit: "template.create",
        idempotent: true,
        params: WorkspaceParams,
        body: TemplateCreate,
        response: { 200: TemplateView, ...refusals },
        detail: { summary: "Create a template, empty or from a built-in one" },
      },
    )
    .post(
      "/templates/compile",
      ({ workspace, body }) =>
        compileTemplate(
          {
            databases,
            workspaceId: workspace.id,
            publicUrl: outside.publicUrl(),
            renderer: outside.renderer,
          },
          { ...body, mayReadContacts: workspace.can("contacts:read") },
          clock(),
        ),
      {
        permission: "templates:read",
        audit: { none: "it only renders a source" },
        params: WorkspaceParams,
        body: CompileRequest,
        response: { 200: CompileResult, ...refusals },
        detail: { summary: "Render a template source and list its mistakes" },
      },
    )
    .get(
      "/templates/:id",
      ({ db, params, set }) => {
        const template = readTemplate(db, params.id);
        set.headers["etag"] = `"${template.version}"`;
        return template;
      },
      {
        permission: "templates:read",
        params: WorkspaceItemParams,
        response: { 200: TemplateView, ...refusals },
        detail: { summary: "Get a template" },
      },
    )
    .patch(
      "/templates/:id",
      ({ db, params, body, headers, set }) => {
        const version = versionOfIfMatch(headers["if-match"]);
        const template = changeTemplate(db, params.id, body, version, clock());
        set.headers["etag"] = `"${template.version}"`;
        return template;
      },
      {
        permission: "templates:write",
        audit: "template.change",
        params: WorkspaceItemParams,
        headers: IfMatchHeaders,
        body: TemplateChange,
        response: { 200: TemplateView, ...refusals },
        detail: { summary: "Save a template", description: "Only the given properties change." },
      },
    )
    .delete(
      "/templates/:id",
      ({ db, params }) => {
        deleteTemplate(db, params.id);
        return done;
      },
      {
        permission: "templates:write",
        audit: "template.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a template" },
      },
    );
