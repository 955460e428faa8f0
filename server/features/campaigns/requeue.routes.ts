import { Elysia } from "elysia";
import { refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { HeldCount, HeldOrder, RetryCount, RetryFilter, RetryOrder } from "./requeue.schema.ts";
import { decideHeldMessages, previewRetry, retryFailed } from "./requeue.ts";

/** Decisions about messages that failed or whose outcome is unknown. */
export const requeueRoutes = ({ guard, databases, outside: { engine } }: AppDeps) => {
  const deps = { databases, engine };
  return new Elysia({
    name: "campaign-requeue",
    prefix: "/workspaces/:workspaceId/campaigns/:id",
    detail: { tags: ["Campaigns"] },
  })
    .use(guard)
    .post(
      "/retry/preview",
      ({ workspace, params, body }) =>
        previewRetry(deps, { workspaceId: workspace.id, campaignId: params.id }, body),
      {
        permission: "campaigns:send",
        audit: { none: "it only counts" },
        params: WorkspaceItemParams,
        body: RetryFilter,
        response: { 200: RetryCount, ...refusals },
        detail: { summary: "Count the messages that a retry would send" },
      },
    )
    .post(
      "/retry",
      async ({ workspace, params, body, note }) => {
        const { expected, ...filter } = body;
        const target = { workspaceId: workspace.id, campaignId: params.id };
        const count = await retryFailed(deps, target, filter, expected);
        note({ detail: { ...filter, ...count } });
        return count;
      },
      {
        permission: "campaigns:send",
        audit: "campaign.retry",
        idempotent: true,
        params: WorkspaceItemParams,
        body: RetryOrder,
        response: { 200: RetryCount, ...refusals },
        detail: { summary: "Send failed or bounced messages again" },
      },
    )
    .post(
      "/held",
      async ({ workspace, params, body, note }) => {
        const target = { workspaceId: workspace.id, campaignId: params.id };
        const count = await decideHeldMessages(deps, target, body.decision, body.seqs);
        note({ detail: { decision: body.decision, ...count } });
        return count;
      },
      {
        permission: "campaigns:send",
        audit: "campaign.held",
        idempotent: true,
        params: WorkspaceItemParams,
        body: HeldOrder,
        response: { 200: HeldCount, ...refusals },
        detail: { summary: "Decide what happens to held messages" },
      },
    );
};
