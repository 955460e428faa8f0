import { Elysia, t } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { DomainCreate, DomainPage, DomainView, RotationStart } from "./domains.schema.ts";
import {
  checkDomain,
  createDomain,
  deleteDomain,
  readDomain,
  readDomains,
} from "./domains.service.ts";
import { finishRotation, removeKey, startRotation } from "./rotation.ts";

const KeyParams = t.Object({
  ...WorkspaceItemParams.properties,
  keyId: t.Integer({ minimum: 1 }),
});

export const domainRoutes = ({
  guard,
  keyRing,
  clock,
  databases,
  outside,

  routeOrigins,
}: AppDeps) => {
  const placeOf = (workspaceId: string) => ({
    system: databases.system,
    publicUrl: outside.publicUrl(),
    routeOrigins,
    workspaceId,
  });
  return new Elysia({
    name: "domains",
    prefix: "/workspaces/:workspaceId/domains",
    detail: { tags: ["Domains"] },
  })
    .use(guard)
    .get("", ({ db, workspace }) => readDomains(db, placeOf(workspace.id)), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: DomainPage, ...refusals },
      detail: { summary: "List sending domains" },
    })
    .post(
      "/",
      async ({ workspace, body }) => {
        return await createDomain(
          () => databases.workspace(workspace.id),
          keyRing,
          { name: body.name, place: placeOf(workspace.id) },
          clock(),
        );
      },
      {
        permission: "sending:write",
        audit: "domain.create",
        idempotent: true,
        params: WorkspaceParams,
        body: DomainCreate,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Add a sending domain" },
      },
    )
    .get("/:id", ({ db, params, workspace }) => readDomain(db, params.id, placeOf(workspace.id)), {
      permission: "sending:read",
      params: WorkspaceItemParams,
      response: { 200: DomainView, ...refusals },
      detail: { summary: "Get a sending domain" },
    })
    .delete(
      "/:id",
      ({ db, params }) => {
        deleteDomain(db, params.id);
        return done;
      },
      {
        permission: "sending:write",
        audit: "domain.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a sending domain and its key" },
      },
    )
    .post(
      "/:id/check",
      ({ workspace, params }) =>
        checkDomain(
          () => databases.workspace(workspace.id),
          outside.dns,
          { id: params.id, place: placeOf(workspace.id) },
          clock(),
        ),
      {
        permission: "sending:write",
        audit: "domain.check",
        params: WorkspaceItemParams,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Check the records in the DNS" },
      },
    )
    .post(
      "/:id/rotation",
      async ({ workspace, params, body }) => {
        const target = { id: params.id, place: placeOf(workspace.id) };
        const open = () => databases.workspace(workspace.id);
        return await startRotation(open, keyRing, target, body, clock());
      },
      {
        permission: "sending:write",
        audit: "domain.rotation_start",
        params: WorkspaceItemParams,
        body: RotationStart,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Create the next DKIM key; it signs nothing yet" },
      },
    )
    .post(
      "/:id/rotation/finish",
      async ({ workspace, params }) => {
        const target = { id: params.id, place: placeOf(workspace.id) };
        const open = () => databases.workspace(workspace.id);
        return await finishRotation(open, outside.dns, target, clock());
      },
      {
        permission: "sending:write",
        audit: "domain.rotation_finish",
        params: WorkspaceItemParams,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Activate the next DKIM key once it is in the DNS" },
      },
    )
    .delete(
      "/:id/keys/:keyId",
      ({ db, workspace, params }) => {
        const target = { id: params.id, place: placeOf(workspace.id) };
        return removeKey(db, target, params.keyId);
      },
      {
        permission: "sending:write",
        audit: "domain.key_delete",
        params: KeyParams,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Delete a pending or retired DKIM key" },
      },
    );
};
