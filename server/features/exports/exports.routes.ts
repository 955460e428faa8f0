import { Elysia } from "elysia";
import {
  CsvFile,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import { contactLooks } from "../contacts/contact-looks.service.ts";
import type { AppDeps } from "../deps.ts";
import { ExportPage, ExportQuery, ExportRequest, ExportSchema } from "./exports.schema.ts";
import {
  cancelExport,
  type ExportFilter,
  exportFile,
  getExport,
  listExports,
  startExport,
} from "./exports.service.ts";

export const exportRoutes = ({ guard, config, clock, jobs, databases, outside }: AppDeps) =>
  new Elysia({
    name: "exports",
    prefix: "/workspaces/:workspaceId/exports",
    detail: { tags: ["Exports"] },
  })
    .use(guard)
    .post(
      "/",
      async ({ body, actor, workspace }) => {
        const open = () => databases.workspace(workspace.id);
        const count = (filter: ExportFilter) =>
          outside.reads.look(workspace.id, contactLooks.count, filter);
        return await startExport(open, jobs, count, {
          workspaceId: workspace.id,
          actorId: actor.id,
          settings: {
            kind: body.kind,
            filter: body.filter ?? {},
            segment:
              body.segmentId === undefined
                ? undefined
                : { id: body.segmentId, timeZone: workspace.timeZone },
            columns: body.columns,
            reason: body.reason,
            campaignId: body.campaignId,
            byteOrderMark: body.byteOrderMark ?? true,
          },
          now: clock(),
        });
      },
      {
        permission: "contacts:export",
        audit: "export.start",
        idempotent: true,
        params: WorkspaceParams,
        body: ExportRequest,
        response: { 200: ExportSchema, ...refusals },
        detail: { summary: "Export contacts, suppressions or recipients to a CSV file" },
      },
    )
    .get("/", ({ db, query }) => listExports(db, query, clock()), {
      permission: "contacts:export",
      params: WorkspaceParams,
      query: ExportQuery,
      response: { 200: ExportPage, ...refusals },
      detail: { summary: "List exports, newest first" },
    })
    .get("/:id", ({ db, params }) => getExport(db, params.id, clock()), {
      permission: "contacts:export",
      params: WorkspaceItemParams,
      response: { 200: ExportSchema, ...refusals },
      detail: { summary: "Get an export and its progress" },
    })
    .post(
      "/:id/cancel",
      ({ db, params, workspace, actor }) => {
        const by = { jobs, workspaceId: workspace.id, actorId: actor.id };
        return cancelExport({ ...by, db, now: clock() }, params.id);
      },
      {
        permission: "contacts:export",
        audit: "export.cancel",
        params: WorkspaceItemParams,
        response: { 200: ExportSchema, ...refusals },
        detail: { summary: "Stop an export" },
      },
    )
    .get(
      "/:id/file",
      ({ db, params }) => {
        const path = exportFile(db, config.dataDir, params.id, clock());
        return new Response(Bun.file(path), {
          headers: {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": `attachment; filename="export-${params.id}.csv"`,
            "cache-control": "no-store",
          },
        });
      },
      {
        permission: "contacts:export",
        audit: "export.download",
        params: WorkspaceItemParams,
        response: { 200: CsvFile, ...refusals },
        detail: { summary: "Download the file of a finished export" },
      },
    );
