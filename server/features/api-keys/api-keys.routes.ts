import { Elysia } from "elysia";
import { requirePerson } from "../../platform/http/person.ts";
import {
  Done,
  done,
  pageQuerySchema,
  refusals,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  ApiKeyCreated,
  ApiKeyPage,
  ApiKeyParams,
  NewApiKey,
  ScopeList,
} from "./api-keys.schema.ts";
import {
  createApiKey,
  grantableScopes,
  listApiKeys,
  resumeApiKey,
  revokeApiKey,
} from "./api-keys.service.ts";

export const apiKeyRoutes = ({ guard, databases, clock }: AppDeps) => {
  const { system } = databases;
  return new Elysia({
    name: "api-keys",
    prefix: "/workspaces/:workspaceId/api-keys",
    detail: { tags: ["API keys"] },
  })
    .use(guard)
    .get("/", ({ workspace, query }) => listApiKeys(databases.system, workspace.id, query), {
      permission: "api-keys:read",
      params: WorkspaceParams,
      query: pageQuerySchema,
      response: { 200: ApiKeyPage, ...refusals },
      detail: { summary: "List the API keys of a workspace" },
    })
    .get(
      "/scopes",
      ({ workspace }) => ({ items: grantableScopes.filter((scope) => workspace.can(scope)) }),
      {
        permission: "api-keys:read",
        params: WorkspaceParams,
        response: { 200: ScopeList, ...refusals },
        detail: { summary: "List the scopes that an API key can have" },
      },
    )
    .post(
      "/",
      ({ actor, workspace, body, note }) => {
        const userId = requirePerson(actor);
        const { id: workspaceId, can } = workspace;
        const created = createApiKey(system, { ...body, workspaceId, userId, can }, clock());
        note({ detail: { scopes: created.scopes } });
        return created;
      },
      {
        permission: "api-keys:write",
        audit: "api-key.create",
        params: WorkspaceParams,
        body: NewApiKey,
        response: { 200: ApiKeyCreated, ...refusals },
        detail: { summary: "Create an API key; the answer shows it once" },
      },
    )
    .post(
      "/:id/resume",
      ({ actor, workspace, params }) => {
        requirePerson(actor);
        resumeApiKey(system, { id: params.id, workspaceId: workspace.id });
        return done;
      },
      {
        permission: "api-keys:write",
        audit: "api-key.resume",
        params: ApiKeyParams,
        response: { 200: Done, ...refusals },
        detail: {
          summary:
            "Turn on an API key that was turned off because of an older copy of the database",
        },
      },
    )
    .delete(
      "/:id",
      ({ actor, workspace, params }) => {
        requirePerson(actor);
        revokeApiKey(system, { id: params.id, workspaceId: workspace.id }, clock());
        return done;
      },
      {
        permission: "api-keys:write",
        audit: "api-key.revoke",
        params: ApiKeyParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Revoke an API key" },
      },
    );
};
