import { Elysia } from "elysia";
import type { AuditAction } from "../../platform/audit/actions.ts";
import { answerAs, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { type ContentContext, previewCampaign } from "./campaign-content.service.ts";
import {
  CampaignView,
  Preflight,
  PreflightQuery,
  Preview,
  PreviewRequest,
  Reason,
  Schedule,
  TestSend,
  TestSendResult,
} from "./campaigns.schema.ts";
import { requireCampaign } from "./campaigns.service.ts";
import {
  cancelCampaign,
  type LaunchDeps,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
} from "./launch.ts";
import { runPreflight } from "./preflight.ts";
import { progressEvents } from "./progress.service.ts";
import { sendTest } from "./test-send.ts";
import { WaterfallMemory } from "./waterfall-memory.ts";

const action = <A extends AuditAction>(audit: A, summary: string, description?: string) => ({
  permission: "campaigns:send" as const,
  audit,
  params: WorkspaceItemParams,
  response: { 200: CampaignView, ...refusals },
  detail: { summary, ...(description === undefined ? {} : { description }) },
});

/** Routes that act on a whole campaign: checks, launch, pause, progress. */
export const campaignActionRoutes = (deps: AppDeps) => {
  const { guard, keyRing, clock, databases, jobs, outside } = deps;
  const { engine, dns, renderer, publicUrl } = outside;
  const memory = new WaterfallMemory(clock);
  const launch: LaunchDeps = { databases, jobs, engine, dns, renderer, clock, publicUrl };
  const contextOf = (workspaceId: string): ContentContext => ({
    databases,
    workspaceId,
    publicUrl: publicUrl(),
    renderer,
  });
  return new Elysia({
    name: "campaign-actions",
    prefix: "/workspaces/:workspaceId/campaigns/:id",
    detail: { tags: ["Campaigns"] },
  })
    .use(guard)
    .post(
      "/preview",
      ({ workspace, params, body }) =>
        previewCampaign(
          contextOf(workspace.id),
          {
            campaignId: params.id,
            contactId: body?.contactId,
            mayReadContacts: workspace.can("contacts:read"),
          },
          clock(),
        ),
      {
        permission: "campaigns:read",
        audit: { none: "it only shows the message" },
        params: WorkspaceItemParams,
        body: PreviewRequest,
        response: { 200: Preview, ...refusals },
        detail: { summary: "Preview the message for a contact" },
      },
    )
    .get(
      "/preflight",
      async ({ db, workspace, params, query }) => {
        const counted = { memory, anew: query.anew === true };
        const context = { ...contextOf(workspace.id), engine, dns, clock, counted };
        return (await runPreflight(context, requireCampaign(db, params.id))).preflight;
      },
      {
        permission: "campaigns:read",
        params: WorkspaceItemParams,
        query: PreflightQuery,
        response: { 200: Preflight, ...refusals },
        detail: {
          summary: "Count the recipients and run the checks before a launch",
          description:
            "The count is cached for a minute as long as nothing in the audience changes. A launch always counts again.",
        },
      },
    )
    .post(
      "/test-send",
      async ({ workspace, params, body, note }) => {
        const results = await sendTest(
          contextOf(workspace.id),
          { engine, keyRing, inboxPort: outside.inbound.port },
          {
            campaignId: params.id,
            ...body,
            mayReadContacts: workspace.can("contacts:read"),
          },
          clock(),
        );
        note({ detail: { messages: results.length } });
        return { results };
      },
      {
        permission: "campaigns:send",
        audit: "campaign.test_send",
        idempotent: true,
        params: WorkspaceItemParams,
        body: TestSend,
        response: { 200: TestSendResult, ...refusals },
        detail: { summary: "Send a test to a few addresses" },
      },
    )
    .post(
      "/schedule",
      async ({ workspace, params, body, note }) => {
        const campaign = await scheduleCampaign(launch, targetOf(workspace, params), body);
        note({ detail: { at: campaign.scheduledAt } });
        return campaign;
      },
      {
        ...action(
          "campaign.schedule",
          "Schedule a campaign",
          "The time is given as the local time of a time zone",
        ),
        body: Schedule,
      },
    )
    .post(
      "/unschedule",
      ({ workspace, params }) => unscheduleCampaign(launch, targetOf(workspace, params)),
      action("campaign.unschedule", "Cancel the schedule"),
    )
    .post(
      "/launch",
      ({ workspace, params }) => launchCampaign(launch, targetOf(workspace, params)),
      action("campaign.launch", "Send a campaign now"),
    )
    .post(
      "/pause",
      ({ workspace, params, body }) =>
        pauseCampaign(launch, targetOf(workspace, params), body?.reason ?? ""),
      { ...action("campaign.pause", "Pause sending"), body: Reason },
    )
    .post(
      "/resume",
      ({ workspace, params }) => resumeCampaign(launch, targetOf(workspace, params)),
      action("campaign.resume", "Resume sending"),
    )
    .post(
      "/cancel",
      ({ workspace, params, body }) =>
        cancelCampaign(launch, targetOf(workspace, params), body?.reason ?? ""),
      { ...action("campaign.cancel", "Cancel a campaign permanently"), body: Reason },
    )
    .get(
      "/progress",
      ({ workspace, params, isStillAllowed }) => {
        const target = targetOf(workspace, params);
        return progressEvents({ databases, engine, clock }, target, isStillAllowed);
      },
      {
        permission: "campaigns:read",
        params: WorkspaceItemParams,
        response: {
          200: answerAs("Events named progress, each a JSON object", "text/event-stream"),
          ...refusals,
        },
        detail: { summary: "Stream the progress of a campaign" },
      },
    );
};

function targetOf(workspace: { id: string }, params: { id: number }) {
  return { workspaceId: workspace.id, campaignId: params.id };
}
