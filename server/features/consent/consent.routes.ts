import { Elysia } from "elysia";
import {
  answerAs,
  pageQuerySchema,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { ConsentExportQuery, ConsentPage } from "./consent.schema.ts";
import { consentOfContact, exportConsent } from "./consent.service.ts";

export const consentRoutes = ({ guard, databases }: AppDeps) =>
  new Elysia({
    name: "consent",
    prefix: "/workspaces/:workspaceId",
    detail: { tags: ["Consent"] },
  })
    .use(guard)
    .get(
      "/contacts/:id/consent",
      ({ db, params, query }) => consentOfContact(db, params.id, query),
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        query: pageQuerySchema,
        response: { 200: ConsentPage, ...refusals },
        detail: { summary: "List the consent entries of a contact, newest first" },
      },
    )
    .get(
      "/consent/export",
      ({ query, workspace, note }) => {
        const format = query.format ?? "csv";
        note({ target: query.contactId ?? "" });
        const open = () => databases.workspace(workspace.id);
        return new Response(streamOf(exportConsent(open, format, query.contactId)), {
          headers: {
            "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/json",
            "content-disposition": `attachment; filename="consent.${format}"`,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
          },
        });
      },
      {
        permission: "contacts:export",
        audit: "consent.export",
        params: WorkspaceParams,
        query: ConsentExportQuery,
        response: { 200: answerAs("The file", "text/csv", "application/json"), ...refusals },
        detail: { summary: "Download the consent log of everybody or of one contact" },
      },
    );

/** Produces one piece per pull: a slow reader then costs no memory, and other requests are served in between. */
function streamOf(pieces: Generator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = pieces.next();
      if (done) {
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(value));
      await Bun.sleep(0);
    },
  });
}
