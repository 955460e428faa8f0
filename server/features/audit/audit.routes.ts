import { Elysia } from "elysia";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { AuditPage, AuditQuery, AuditVerdict } from "./audit.schema.ts";
import { listAudit } from "./audit.service.ts";

export const auditRoutes = ({ guard, databases, outside }: AppDeps) =>
  new Elysia({ name: "audit", detail: { tags: ["Audit"] } })
    .use(guard)
    .get(
      "/workspaces/:workspaceId/audit",
      ({ workspace, query }) => listAudit(databases.system, workspace.id, query),
      {
        permission: "audit:read",
        params: WorkspaceParams,
        query: AuditQuery,
        response: { 200: AuditPage, ...refusals },
        detail: { summary: "List the audit log of a workspace" },
      },
    )
    .get("/instance/audit/verify", () => outside.reads.checkAudit(), {
      instanceAdmin: true,
      response: { 200: AuditVerdict, ...refusals },
      detail: { summary: "Check that no audit entry was changed or removed" },
    });
