import { Elysia } from "elysia";
import { answerAs, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import { auditEntry as entry } from "../audit/audit.service.ts";
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
import {
  cancelCampaign,
  type LaunchDeps,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
} from "./launch.service.ts";
import { runPreflight } from "./preflight.service.ts";
import { progressStream } from "./progress.service.ts";
import { sendTest } from "./test-send.service.ts";
import { WaterfallMemory } from "./waterfall-memory.service.ts";

const action = (summary: string, description?: string) => ({
  permission: "campaigns:send" as const,
  params: WorkspaceItemParams,
  response: { 200: CampaignView, ...refusals },
  detail: { summary, ...(description === undefined ? {} : { description }) },
});

/** Everything that looks at a campaign as a whole or moves it. */
export const campaignActionRoutes = (deps: AppDeps) => {
  const { guard, keyRing, clock, databases, jobs, audit, outside } = deps;
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
        params: WorkspaceItemParams,
        body: PreviewRequest,
        response: { 200: Preview, ...refusals },
        detail: { summary: "Show what a contact would get" },
      },
    )
    .get(
      "/preflight",
      async ({ workspace, params, query }) => {
        const counted = { memory, anew: query.anew === true };
        const context = { ...contextOf(workspace.id), engine, dns, clock, counted };
        return (await runPreflight(context, params.id)).preflight;
      },
      {
        permission: "campaigns:read",
        params: WorkspaceItemParams,
        query: PreflightQuery,
        response: { 200: Preflight, ...refusals },
        detail: {
          summary: "Count who will get it, and check what would hurt",
          description:
            "The count of an audience in which nothing changed is kept for a minute; launching counts anew.",
        },
      },
    )
    .post(
      "/test-send",
      async ({ workspace, params, body, actor }) => {
        const results = await sendTest(
          contextOf(workspace.id),
          { engine, keyRing, inboxPort: outside.inbound.port },
          {
            campaignId: params.id,
            ...body,
            mayReadContacts: workspace.can("contacts:read"),
          },
        );
        audit.record({
          ...entry(actor, workspace, "campaign.test_send", params.id),
          detail: { messages: results.length },
        });
        return { results };
      },
      {
        permission: "campaigns:send",
        idempotent: true,
        params: WorkspaceItemParams,
        body: TestSend,
        response: { 200: TestSendResult, ...refusals },
        detail: { summary: "Send it to a few addresses as a test" },
      },
    )
    .post(
      "/schedule",
      async ({ workspace, params, body, actor }) => {
        const campaign = await scheduleCampaign(launch, targetOf(workspace, params), body);
        audit.record({
          ...entry(actor, workspace, "campaign.schedule", params.id),
          detail: { at: campaign.scheduledAt },
        });
        return campaign;
      },
      { ...action("Send it at a time", "On the clock of a time zone"), body: Schedule },
    )
    .post(
      "/unschedule",
      async ({ workspace, params, actor }) => {
        const campaign = await unscheduleCampaign(launch, targetOf(workspace, params));
        audit.record(entry(actor, workspace, "campaign.unschedule", params.id));
        return campaign;
      },
      action("Take it off the schedule"),
    )
    .post(
      "/launch",
      async ({ workspace, params, actor }) => {
        const campaign = await launchCampaign(launch, targetOf(workspace, params));
        audit.record(entry(actor, workspace, "campaign.launch", params.id));
        return campaign;
      },
      action("Send it now"),
    )
    .post(
      "/pause",
      async ({ workspace, params, actor, body }) => {
        const campaign = await pauseCampaign(
          launch,
          targetOf(workspace, params),
          body?.reason ?? "",
        );
        audit.record(entry(actor, workspace, "campaign.pause", params.id));
        return campaign;
      },
      { ...action("Pause sending"), body: Reason },
    )
    .post(
      "/resume",
      async ({ workspace, params, actor }) => {
        const campaign = await resumeCampaign(launch, targetOf(workspace, params));
        audit.record(entry(actor, workspace, "campaign.resume", params.id));
        return campaign;
      },
      action("Go on sending"),
    )
    .post(
      "/cancel",
      async ({ workspace, params, actor, body }) => {
        const campaign = await cancelCampaign(
          launch,
          targetOf(workspace, params),
          body?.reason ?? "",
        );
        audit.record(entry(actor, workspace, "campaign.cancel", params.id));
        return campaign;
      },
      { ...action("Cancel it for good"), body: Reason },
    )
    .get(
      "/progress",
      ({ workspace, params, isStillAllowed }) => {
        const target = targetOf(workspace, params);
        const stream = progressStream({ databases, engine, clock }, target, isStillAllowed);
        return new Response(stream, {
          headers: {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
            // Proxies such as nginx would hold the events back.
            "x-accel-buffering": "no",
          },
        });
      },
      {
        permission: "campaigns:read",
        params: WorkspaceItemParams,
        response: {
          200: answerAs("Events named progress, each a JSON object", "text/event-stream"),
          ...refusals,
        },
        detail: { summary: "Watch a campaign being sent" },
      },
    );
};

function targetOf(workspace: { id: string }, params: { id: number }) {
  return { workspaceId: workspace.id, campaignId: params.id };
}
