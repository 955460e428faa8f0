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
import { createApiKey, grantableScopes, listApiKeys, revokeApiKey } from "./api-keys.service.ts";

export const apiKeyRoutes = ({ guard, databases, audit, clock }: AppDeps) => {
  const desk = { system: databases.system, audit };
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
        detail: { summary: "List what one can allow a key to do" },
      },
    )
    .post(
      "/",
      ({ actor, workspace, body }) => {
        const userId = requirePerson(actor);
        const { id: workspaceId, can } = workspace;
        return createApiKey(desk, { ...body, workspaceId, userId, can }, clock());
      },
      {
        permission: "api-keys:write",
        audit: { within: ["api-key.create"] },
        params: WorkspaceParams,
        body: NewApiKey,
        response: { 200: ApiKeyCreated, ...refusals },
        detail: { summary: "Create an API key; the answer shows it once" },
      },
    )
    .delete(
      "/:id",
      ({ actor, workspace, params }) => {
        const actorId = requirePerson(actor);
        revokeApiKey(desk, { id: params.id, workspaceId: workspace.id, actorId }, clock());
        return done;
      },
      {
        permission: "api-keys:write",
        audit: { within: ["api-key.revoke"] },
        params: ApiKeyParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Revoke an API key" },
      },
    );
};
