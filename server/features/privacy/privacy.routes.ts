import { Elysia } from "elysia";
import {
  answerAs,
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  ErasureLift,
  NewPrivacyRequest,
  PrivacyRequestPage,
  PrivacyRequestQuery,
  PrivacyRequestSchema,
  RetentionChange,
  RetentionPreview,
  RetentionSchema,
} from "./privacy.schema.ts";
import {
  getRequest,
  liftErasure,
  listRequests,
  requestFile,
  requestPrivacy,
} from "./privacy.service.ts";
import { changeRetention, getRetention, previewRetention } from "./retention.ts";

export const privacyRoutes = (deps: AppDeps) =>
  new Elysia({
    name: "privacy",
    prefix: "/workspaces/:workspaceId/privacy",
    detail: { tags: ["Privacy"] },
  })
    .use(requests(deps))
    .use(retention(deps));

const requests = ({ guard, config, clock, jobs }: AppDeps) =>
  new Elysia({ name: "privacy-requests" })
    .use(guard)
    .post(
      "/requests",
      ({ db, body, actor, workspace, note }) => {
        const context = {
          db,
          jobs,
          workspaceId: workspace.id,
          actorId: actor.id,
          now: clock(),
        };
        const request = requestPrivacy(context, body);
        note({
          action: `privacy.${body.kind}`,
          target: request.contactId ?? "",
          detail: { request: request.id },
        });
        return request;
      },
      {
        permission: "privacy:write",
        audit: "privacy.request",
        params: WorkspaceParams,
        body: NewPrivacyRequest,
        response: { 200: PrivacyRequestSchema, ...refusals },
        detail: { summary: "Export or erase all data about a person" },
      },
    )
    .get("/requests", ({ db, query }) => listRequests(db, query, clock()), {
      permission: "privacy:write",
      params: WorkspaceParams,
      query: PrivacyRequestQuery,
      response: { 200: PrivacyRequestPage, ...refusals },
      detail: { summary: "List privacy requests, newest first" },
    })
    .get("/requests/:id", ({ db, params }) => getRequest(db, params.id, clock()), {
      permission: "privacy:write",
      params: WorkspaceItemParams,
      response: { 200: PrivacyRequestSchema, ...refusals },
      detail: { summary: "Get a privacy request and its status" },
    })
    .get(
      "/requests/:id/file",
      ({ db, params }) => {
        const path = requestFile(db, config.dataDir, params.id, clock());
        return new Response(Bun.file(path), {
          headers: {
            "content-type": "application/zip",
            "content-disposition": `attachment; filename="person-${params.id}.zip"`,
            "cache-control": "no-store",
          },
        });
      },
      {
        permission: "privacy:write",
        audit: "privacy.download",
        params: WorkspaceItemParams,
        response: { 200: answerAs("The file", "application/zip"), ...refusals },
        detail: { summary: "Download the archive of a finished export" },
      },
    )
    .delete(
      "/erasures",
      ({ db, body, note }) => {
        liftErasure(db, body.address);
        note({ detail: { why: body.reason } });
        return done;
      },
      {
        permission: "privacy:write",
        audit: "privacy.lift_erasure",
        params: WorkspaceParams,
        body: ErasureLift,
        response: { 200: Done, ...refusals },
        detail: { summary: "Allow an erased address to be added again" },
      },
    );

const retention = ({ guard, clock, databases }: AppDeps) =>
  new Elysia({ name: "privacy-retention" })
    .use(guard)
    .get("/retention", ({ db }) => getRetention(db), {
      permission: "privacy:write",
      params: WorkspaceParams,
      response: { 200: RetentionSchema, ...refusals },
      detail: { summary: "Get the retention periods" },
    })
    .patch(
      "/retention",
      ({ db, body, note }) => {
        const changed = changeRetention(db, body, clock());
        const { noConsentDays, engagementDays, ipDays } = changed;
        note({ detail: { noConsentDays, engagementDays, ipDays } });
        return changed;
      },
      {
        permission: "privacy:write",
        audit: "privacy.retention",
        params: WorkspaceParams,
        body: RetentionChange,
        response: { 200: RetentionSchema, ...refusals },
        detail: { summary: "Change the retention periods" },
      },
    )
    .post(
      "/retention/preview",
      ({ body, workspace }) => {
        const days = Object.fromEntries(
          Object.entries(body).filter(([, value]) => value !== undefined),
        );
        return previewRetention(() => databases.workspace(workspace.id), days, clock());
      },
      {
        permission: "privacy:write",
        audit: { none: "it only counts" },
        params: WorkspaceParams,
        body: RetentionChange,
        response: { 200: RetentionPreview, ...refusals },
        detail: { summary: "Preview what retention settings would delete now" },
      },
    );
