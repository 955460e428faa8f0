import { Elysia } from "elysia";
import { claimMailDomain } from "../../inbound/index.ts";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import { auditEntry as entry } from "../audit/audit.service.ts";
import type { AppDeps } from "../deps.ts";
import { DomainCreate, DomainPage, DomainView } from "./domains.schema.ts";
import {
  checkDomain,
  createDomain,
  deleteDomain,
  readDomain,
  readDomains,
} from "./domains.service.ts";

export const domainRoutes = ({ guard, keyRing, clock, databases, outside, audit }: AppDeps) =>
  new Elysia({
    name: "domains",
    prefix: "/workspaces/:workspaceId/domains",
    detail: { tags: ["Domains"] },
  })
    .use(guard)
    .get("", ({ db }) => readDomains(db, outside.publicUrl()), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: DomainPage, ...refusals },
      detail: { summary: "List sending domains" },
    })
    .post(
      "/",
      async ({ workspace, body, actor }) => {
        const domain = await createDomain(
          () => databases.workspace(workspace.id),
          keyRing,
          { name: body.name, publicUrl: outside.publicUrl() },
          clock(),
        );
        const { name } = domain;
        claimMailDomain(databases.system, { name, workspaceId: workspace.id, now: clock() });
        audit.record(entry(actor, workspace, "domain.create", domain.id));
        return domain;
      },
      {
        permission: "sending:write",
        idempotent: true,
        params: WorkspaceParams,
        body: DomainCreate,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Add a sending domain" },
      },
    )
    .get("/:id", ({ db, params }) => readDomain(db, params.id, outside.publicUrl()), {
      permission: "sending:read",
      params: WorkspaceItemParams,
      response: { 200: DomainView, ...refusals },
      detail: { summary: "Read a sending domain" },
    })
    .delete(
      "/:id",
      ({ db, params, actor, workspace }) => {
        deleteDomain(db, params.id);
        audit.record(entry(actor, workspace, "domain.delete", params.id));
        return done;
      },
      {
        permission: "sending:write",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a sending domain and its key" },
      },
    )
    .post(
      "/:id/check",
      async ({ workspace, params }) => {
        const domain = await checkDomain(
          () => databases.workspace(workspace.id),
          outside.dns,
          { id: params.id, publicUrl: outside.publicUrl() },
          clock(),
        );
        const { name } = domain;
        claimMailDomain(databases.system, { name, workspaceId: workspace.id, now: clock() });
        return domain;
      },
      {
        permission: "sending:write",
        params: WorkspaceItemParams,
        response: { 200: DomainView, ...refusals },
        detail: { summary: "Look the records up in the DNS" },
      },
    );
