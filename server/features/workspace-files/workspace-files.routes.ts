import { Elysia, t } from "elysia";
import { Done, done, refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { CheckResult, Damage } from "./workspace-files.schema.ts";
import {
  acceptAsItIs,
  checkAgain,
  readDamageReport,
  readNotice,
} from "./workspace-files.service.ts";

const WorkspaceParams = t.Object({ id: t.String({ maxLength: 26 }) });
const NoticeParams = t.Object({ id: t.Integer({ minimum: 1 }) });

/** Workspaces that are set aside, and other damage that was found. */
export const workspaceFileRoutes = (deps: AppDeps) => {
  const { guard, databases, config, clock, outside, missed } = deps;
  const desk = { databases, dataDir: config.dataDir, clock, inspect: outside.inspectFile };
  return new Elysia({
    name: "workspace-files",
    prefix: "/instance/damage",
    detail: { tags: ["Instance"] },
  })
    .use(guard)
    .get("", () => ({ ...readDamageReport(databases), missedEngagement: missed.total() }), {
      instanceAdmin: true,
      response: { 200: Damage, ...refusals },
      detail: { summary: "List workspaces that are set aside, and damage that was found" },
    })
    .post(
      "/workspaces/:id/check",
      async ({ params, note }) => {
        const fault = await checkAgain(desk, params.id);
        note({ detail: { found: fault?.reason ?? "whole" } });
        return {
          back: fault === undefined,
          reason: fault?.reason ?? null,
          detail: fault?.message ?? "",
        };
      },
      {
        instanceAdmin: true,
        audit: "workspace_file.check",
        params: WorkspaceParams,
        response: { 200: CheckResult, ...refusals },
        detail: { summary: "Check a workspace's file again and use it if it is intact" },
      },
    )
    .post(
      "/workspaces/:id/accept",
      async ({ params }) => {
        await acceptAsItIs(desk, params.id);
        return done;
      },
      {
        instanceAdmin: true,
        audit: "workspace_file.accept",
        params: WorkspaceParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Use a workspace without its lost write-ahead log" },
      },
    )
    .post(
      "/notices/:id/read",
      ({ params, note }) => {
        const kind = readNotice(databases.system, params.id, clock());
        note({
          ...(kind === "system_older" ? { action: "instance.hold_end" as const } : {}),
          detail: { kind },
        });
        return done;
      },
      {
        instanceAdmin: true,
        audit: "damage.read",
        params: NoticeParams,
        response: { 200: Done, ...refusals },
        detail: {
          summary: "Dismiss a notice of damage",
          description:
            "Dismissing the notice that system.db is an older copy (`system_older`) ends the hold: people can sign in again, and jobs run.",
        },
      },
    );
};
