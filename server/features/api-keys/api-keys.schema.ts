import { t } from "elysia";
import { pageOf } from "../../platform/http/schemas.ts";

const facts = {
  id: t.String(),
  name: t.String(),
  prefix: t.String({ description: "The first characters of the key" }),
  scopes: t.Array(t.String()),
  inactiveScopes: t.Array(t.String(), {
    description:
      "Scopes that do not work now, because the current role of the key's creator does not include them",
  }),
  createdBy: t.String({ description: "User id" }),
  createdAt: t.Number(),
  lastUsedAt: t.Union([t.Number(), t.Null()]),
  revokedAt: t.Union([t.Number(), t.Null()]),
  heldAt: t.Union([t.Number(), t.Null()], {
    description:
      "Time at which the key was turned off because the server was started with an older copy of its database",
  }),
};

export const ApiKeyPage = pageOf(t.Object(facts));
export const ApiKeyCreated = t.Object({
  ...facts,
  key: t.String({ description: "The key itself, shown only once" }),
});
export const NewApiKey = t.Object({
  name: t.String({ minLength: 1, maxLength: 100 }),
  scopes: t.Array(t.String({ maxLength: 60 }), {
    maxItems: 100,
    description: "The key's permissions; your own role must include them",
  }),
});
export const ScopeList = t.Object({ items: t.Array(t.String()) });
export const ApiKeyParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  id: t.String({ maxLength: 26 }),
});
