import { Elysia, t } from "elysia";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { DmarcAdded, DmarcQuery, DmarcView } from "./dmarc.schema.ts";
import { addDmarc, readDmarc } from "./dmarc.service.ts";

export const dmarcRoutes = ({ guard, outside, clock }: AppDeps) =>
  new Elysia({
    name: "dmarc",
    prefix: "/workspaces/:workspaceId/dmarc",
    detail: { tags: ["DMARC"] },
  })
    .use(guard)
    .get("", ({ db, query }) => readDmarc(db, query, clock()), {
      permission: "sending:read",
      params: WorkspaceParams,
      query: DmarcQuery,
      response: { 200: DmarcView, ...refusals },
      detail: { summary: "Sum up what receivers reported" },
    })
    .post(
      "/reports",
      async ({ workspace, body }) =>
        addDmarc(outside.addDmarcReport, workspace.id, new Uint8Array(body)),
      {
        permission: "sending:write",
        params: WorkspaceParams,
        // A file as it came: .xml, .xml.gz or .zip.
        parse: ({ request }: { request: Request }) => request.arrayBuffer(),
        body: t.Any({ description: "An aggregate report: XML, gzip or ZIP" }),
        response: { 200: DmarcAdded, ...refusals },
        detail: { summary: "Add a report by hand" },
      },
    );
