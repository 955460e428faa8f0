import { Elysia } from "elysia";
import { bodyReadByRoute } from "../../platform/http/body-limit.ts";
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
      detail: { summary: "Summarize DMARC reports" },
    })
    .post(
      "/reports",
      async ({ workspace, request }) =>
        addDmarc(outside.addDmarcReport, workspace.id, new Uint8Array(await request.arrayBuffer())),
      {
        permission: "sending:write",
        audit: "dmarc.add_report",
        params: WorkspaceParams,
        parse: bodyReadByRoute,
        response: { 200: DmarcAdded, ...refusals },
        detail: {
          summary: "Upload a DMARC report",
          requestBody: {
            description: "An aggregate report as it was received: XML, gzip or ZIP",
            content: {
              "application/octet-stream": { schema: { type: "string", format: "binary" } },
            },
          },
        },
      },
    );
