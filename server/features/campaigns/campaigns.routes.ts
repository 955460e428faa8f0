import { Elysia } from "elysia";
import { versionOfIfMatch } from "../../platform/http/if-match.ts";
import {
  Done,
  done,
  IfMatchHeaders,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import type { ContentContext } from "./campaign-content.service.ts";
import { readCampaign, showCampaign } from "./campaign-view.ts";
import {
  CampaignChange,
  CampaignCreate,
  CampaignPage,
  CampaignQuery,
  CampaignView,
} from "./campaigns.schema.ts";
import {
  changeCampaign,
  createCampaign,
  deleteCampaign,
  duplicateCampaign,
  listCampaigns,
  requireCampaign,
} from "./campaigns.service.ts";
import { PURGE_JOB, purgeDueAt } from "./purge.service.ts";

export const campaignRoutes = ({ guard, clock, jobs, databases, outside }: AppDeps) => {
  const { renderer, publicUrl } = outside;
  const contextOf = (workspaceId: string): ContentContext => ({
    databases,
    workspaceId,
    publicUrl: publicUrl(),
    renderer,
  });
  return new Elysia({
    name: "campaigns",
    prefix: "/workspaces/:workspaceId/campaigns",
    detail: { tags: ["Campaigns"] },
  })
    .use(guard)
    .get("", ({ db, query }) => listCampaigns(db, query), {
      permission: "campaigns:read",
      params: WorkspaceParams,
      query: CampaignQuery,
      response: { 200: CampaignPage, ...refusals },
      detail: { summary: "List campaigns" },
    })
    .post(
      "",
      async ({ db, body, actor, workspace, set }) => {
        const campaign = createCampaign(db, body, actor.id, clock());
        set.headers["etag"] = `"${campaign.version}"`;
        return await showCampaign(contextOf(workspace.id), campaign);
      },
      {
        permission: "campaigns:write",
        audit: "campaign.create",
        idempotent: true,
        params: WorkspaceParams,
        body: CampaignCreate,
        response: { 200: CampaignView, ...refusals },
        detail: { summary: "Create a draft campaign" },
      },
    )
    .get(
      "/:id",
      async ({ workspace, params, set }) => {
        const campaign = await readCampaign(contextOf(workspace.id), params.id);
        set.headers["etag"] = `"${campaign.version}"`;
        return campaign;
      },
      {
        permission: "campaigns:read",
        params: WorkspaceItemParams,
        response: { 200: CampaignView, ...refusals },
        detail: { summary: "Get a campaign and the problems of its sections" },
      },
    )
    .patch(
      "/:id",
      async ({ db, workspace, params, body, headers, set, note }) => {
        const version = versionOfIfMatch(headers["if-match"]);
        const campaign = changeCampaign(db, params.id, body, version, clock());
        note({ detail: { fields: Object.keys(body), version: campaign.version } });
        set.headers["etag"] = `"${campaign.version}"`;
        return await showCampaign(contextOf(workspace.id), campaign);
      },
      {
        permission: "campaigns:write",
        audit: "campaign.change",
        params: WorkspaceItemParams,
        headers: IfMatchHeaders,
        body: CampaignChange,
        response: { 200: CampaignView, ...refusals },
        detail: {
          summary: "Save a draft",
          description:
            "Only the given properties change. Suited to saving while the user types: send If-Match.",
        },
      },
    )
    .delete(
      "/:id",
      ({ db, params, workspace }) => {
        // The job is queued before the deletion so that a crash in between leaves no rows behind. For a campaign that
        // is not deleted it does nothing.
        const dueAt = purgeDueAt(requireCampaign(db, params.id).launchedAt, clock());
        jobs.enqueue(PURGE_JOB, workspace.id, { campaignId: params.id }, { dueAt });
        deleteCampaign(db, params.id, clock());
        return done;
      },
      {
        permission: "campaigns:write",
        audit: "campaign.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a draft or a finished campaign" },
      },
    )
    .post(
      "/:id/duplicate",
      async ({ db, params, actor, workspace, note }) => {
        const campaign = duplicateCampaign(db, params.id, actor.id, clock());
        note({ target: campaign.id });
        return await showCampaign(contextOf(workspace.id), campaign);
      },
      {
        permission: "campaigns:write",
        audit: "campaign.create",
        idempotent: true,
        params: WorkspaceItemParams,
        response: { 200: CampaignView, ...refusals },
        detail: { summary: "Copy a campaign into a new draft" },
      },
    );
};
