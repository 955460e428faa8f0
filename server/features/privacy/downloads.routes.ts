import { Elysia, t } from "elysia";
import { AppError, because } from "../../platform/errors.ts";
import { answerAs, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { AppDeps } from "../deps.ts";
import { exportFile, isWorkspace } from "../exports/exports.service.ts";
import { type Download, downloadToken, readDownloadToken } from "./download-link.ts";
import { requestFile } from "./privacy.service.ts";

/** How long a link works. The file itself is deleted after a week. */
const LINK_MS = DAY_MS;

/** The permission that a link's creator needs, both when it is created and when it is used. */
const permissionFor = { export: "contacts:export", privacy: "privacy:write" } as const;

const DownloadLink = t.Object(
  {
    path: t.String({ description: "Path of the download, relative to the instance's URL" }),
    expiresAt: t.Number(),
  },
  { title: "DownloadLink" },
);

export const downloadRoutes = (deps: AppDeps) => {
  const { guard, keyRing, clock, config, databases, audit, hasPermissionNow } = deps;
  const link = (file: Pick<Download, "workspaceId" | "kind" | "id" | "makerId">) => {
    const expiresAt = clock() + LINK_MS;
    const token = downloadToken(keyRing, { ...file, expiresAt });
    return { path: `/api/v1/downloads/${token}`, expiresAt };
  };
  return new Elysia({ name: "downloads", detail: { tags: ["Exports"] } })
    .use(guard)
    .post(
      "/workspaces/:workspaceId/exports/:id/link",
      ({ db, params, actor, workspace }) => {
        exportFile(db, config.dataDir, params.id, clock());
        return link({
          workspaceId: workspace.id,
          kind: "export",
          id: params.id,
          makerId: actor.id,
        });
      },
      {
        permission: permissionFor.export,
        audit: "export.link",
        params: WorkspaceItemParams,
        response: { 200: DownloadLink, ...refusals },
        detail: { summary: "Create a link that downloads the file without signing in for a day" },
      },
    )
    .post(
      "/workspaces/:workspaceId/privacy/requests/:id/link",
      ({ db, params, actor, workspace }) => {
        requestFile(db, config.dataDir, params.id, clock());
        return link({
          workspaceId: workspace.id,
          kind: "privacy",
          id: params.id,
          makerId: actor.id,
        });
      },
      {
        permission: permissionFor.privacy,
        audit: "privacy.link",
        params: WorkspaceItemParams,
        response: { 200: DownloadLink, ...refusals },
        detail: {
          summary: "Create a link that downloads the archive without signing in for a day",
        },
      },
    )
    .get(
      "/downloads/:token",
      ({ params }) => {
        const download = readDownloadToken(keyRing, params.token, clock());
        if (download === undefined || !isWorkspace(databases.system, download.workspaceId)) {
          throw new AppError("not_found", because("link_expired"));
        }
        const { workspaceId, kind, id, makerId } = download;
        if (!hasPermissionNow(makerId, workspaceId, permissionFor[kind])) {
          throw new AppError("not_found", because("link_of_nobody"));
        }
        const db = databases.workspace(workspaceId);
        const fileOf = kind === "export" ? exportFile : requestFile;
        const path = fileOf(db, config.dataDir, id, clock());
        audit.record({
          actorId: null,
          workspaceId,
          action: `${kind}.download_by_link`,
          target: id,
        });
        const [type, name] =
          kind === "export"
            ? ["text/csv; charset=utf-8", `export-${id}.csv`]
            : ["application/zip", `person-${id}.zip`];
        return new Response(Bun.file(path), {
          headers: {
            "content-type": type,
            "content-disposition": `attachment; filename="${name}"`,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
          },
        });
      },
      {
        open: "the link is signed, is valid for one file, expires, and works only while its creator has access",
        audit: { within: ["export.download_by_link", "privacy.download_by_link"] },
        params: t.Object({ token: t.String({ maxLength: 500 }) }),
        response: { 200: answerAs("The file", "text/csv", "application/zip"), ...refusals },
        detail: { summary: "Download a file by its link" },
      },
    );
};
