import { Elysia } from "elysia";
import { AppError, because } from "../../platform/errors.ts";
import { bodyReadByRoute } from "../../platform/http/body-limit.ts";
import {
  CsvFile,
  ProblemSchema,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { checkImport } from "./import-check.service.ts";
import { MAX_FILE_BYTES, tooLarge } from "./import-files.ts";
import { requireAnswers } from "./import-questions.ts";
import { previewImport, uploadImport } from "./import-upload.service.ts";
import {
  CheckRequest,
  ImportCheck,
  ImportPage,
  ImportPreview,
  ImportQuery,
  ImportSchema,
  PreviewRequest,
  StartRequest,
  UploadQuery,
} from "./imports.schema.ts";
import {
  cancelImport,
  getImport,
  listImports,
  rejectsCsv,
  resumeImport,
  startImport,
  undoImport,
} from "./imports.service.ts";
import { boundaryOf, firstFormFile } from "./multipart-file.ts";
import { makesLists } from "./own-file.ts";

/** True for the path that accepts uploads, the only one with large bodies. */
export function isImportUpload(path: string): boolean {
  return /^\/api\/v1\/workspaces\/[^/]+\/imports\/?$/.test(path);
}

export const importRoutes = ({ guard, config, clock, jobs, databases }: AppDeps) =>
  new Elysia({
    name: "imports",
    prefix: "/workspaces/:workspaceId/imports",
    detail: { tags: ["Imports"] },
  })
    .use(guard)
    .post(
      "/",
      async ({ request, query, actor, workspace }) => {
        const { fileName, chunks } = await uploadedFile(request, query.fileName);
        return await uploadImport(() => databases.workspace(workspace.id), {
          dataDir: config.dataDir,
          workspaceId: workspace.id,
          fileName,
          chunks,
          actorId: actor.id,
          now: clock(),
        });
      },
      {
        permission: "imports:write",
        audit: "import.upload",
        parse: bodyReadByRoute,
        params: WorkspaceParams,
        query: UploadQuery,
        response: { 200: ImportPreview, 415: ProblemSchema, ...refusals },
        detail: {
          summary: "Upload a CSV file as the request body or in a form",
          requestBody: {
            content: {
              "text/csv": { schema: { type: "string", format: "binary" } },
              "multipart/form-data": {
                schema: {
                  type: "object",
                  properties: { file: { type: "string", format: "binary" } },
                },
              },
            },
          },
        },
      },
    )
    .get("/", ({ db, query }) => listImports(db, query, clock()), {
      permission: "imports:read",
      params: WorkspaceParams,
      query: ImportQuery,
      response: { 200: ImportPage, ...refusals },
      detail: { summary: "List imports, newest first" },
    })
    .get("/:id", ({ db, params }) => getImport(db, params.id, clock()), {
      permission: "imports:read",
      params: WorkspaceItemParams,
      response: { 200: ImportSchema, ...refusals },
      detail: { summary: "Get an import and its progress" },
    })
    .post(
      "/:id/preview",
      ({ db, params, body }) => previewImport(db, config.dataDir, params.id, body),
      {
        permission: "imports:write",
        audit: {
          none: "it only changes how the file is read; the start of the import has an entry",
        },
        params: WorkspaceItemParams,
        body: PreviewRequest,
        response: { 200: ImportPreview, ...refusals },
        detail: { summary: "Change how the file is read, and preview it" },
      },
    )
    .post(
      "/:id/check",
      ({ db, params, body, workspace }) =>
        checkImport({ db, jobs, workspaceId: workspace.id }, params.id, body, clock()),
      {
        permission: "imports:write",
        audit: { none: "it only reads the file" },
        params: WorkspaceItemParams,
        body: CheckRequest,
        response: { 200: ImportCheck, ...refusals },
        detail: {
          summary: "List every status in the file with its rows and meaning",
          description:
            "A job reads the whole file; repeat the request until it is done. People whose status is not understood are not mailed. Columns whose `speaks` is `answers` must be decided before the start.",
        },
      },
    )
    .post(
      "/:id/start",
      async ({ params, body, workspace, actor, request }) => {
        if (makesLists(body.mapping) && !workspace.can("lists:write")) {
          throw new AppError("forbidden", because("lists_permission_missing"));
        }
        const open = () => databases.workspace(workspace.id);
        await requireAnswers(
          { open, dataDir: config.dataDir, signal: request.signal },
          params.id,
          body,
        );
        const by = { jobs, workspaceId: workspace.id, actorId: actor.id };
        return startImport({ ...by, db: open(), now: clock() }, params.id, body);
      },
      {
        permission: "imports:write",
        audit: "import.start",
        params: WorkspaceItemParams,
        body: StartRequest,
        response: { 200: ImportSchema, ...refusals },
        detail: {
          summary: "Start an import with a mapping of its columns",
          description:
            "Refused with 422 while a column with yes and no may be about email and nothing says what its values mean: list each such column in statusDecisions or ignoredColumns. A file over 16 MB that may contain such columns needs a finished check first (409).",
        },
      },
    )
    .post(
      "/:id/resume",
      ({ db, params, workspace, actor }) => {
        const by = { jobs, workspaceId: workspace.id, actorId: actor.id };
        return resumeImport({ ...by, db, now: clock() }, params.id);
      },
      {
        permission: "imports:write",
        audit: "import.resume",
        params: WorkspaceItemParams,
        response: { 200: ImportSchema, ...refusals },
        detail: { summary: "Resume a failed import where it stopped" },
      },
    )
    .post(
      "/:id/cancel",
      ({ db, params, workspace, actor }) => {
        const by = { jobs, workspaceId: workspace.id, actorId: actor.id };
        return cancelImport({ ...by, db, now: clock() }, config.dataDir, params.id);
      },
      {
        permission: "imports:write",
        audit: "import.cancel",
        params: WorkspaceItemParams,
        response: { 200: ImportSchema, ...refusals },
        detail: { summary: "Stop an import; rows already written are kept" },
      },
    )
    .post(
      "/:id/undo",
      ({ db, params, workspace, actor }) => {
        const by = { jobs, workspaceId: workspace.id, actorId: actor.id };
        return undoImport({ ...by, db, now: clock() }, params.id);
      },
      {
        permission: "imports:write",
        audit: "import.undo",
        params: WorkspaceItemParams,
        response: { 200: ImportSchema, ...refusals },
        detail: {
          summary: "Undo an import: delete the contacts it created that have not been used since",
          description:
            "People the import held back because their status was not understood may be mailed again. People the file clearly marks as opted out stay suppressed.",
        },
      },
    )
    .get(
      "/:id/rejects.csv",
      ({ params, workspace }) =>
        new Response(
          rejectsCsv(() => databases.workspace(workspace.id), params.id),
          {
            headers: {
              "content-type": "text/csv; charset=utf-8",
              "content-disposition": `attachment; filename="import-${params.id}-rejects.csv"`,
              "cache-control": "no-store",
            },
          },
        ),
      {
        permission: "imports:read",
        params: WorkspaceItemParams,
        response: { 200: CsvFile, ...refusals },
        detail: { summary: "Download the rejected rows with reasons" },
      },
    );

async function uploadedFile(request: Request, rawName: string | undefined) {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_FILE_BYTES + 64 * 1024) {
    throw tooLarge();
  }
  if (request.body === null) {
    throw new AppError("invalid_input", because("file_missing"));
  }
  const boundary = boundaryOf(request.headers.get("content-type") ?? "");
  return boundary === undefined
    ? { fileName: rawName ?? "upload.csv", chunks: request.body }
    : await firstFormFile(request.body, boundary);
}
