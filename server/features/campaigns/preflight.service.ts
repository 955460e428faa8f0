import { findSenderForCampaign } from "../domains/senders.service.ts";
import { findRouteForCampaign } from "../routes/routes.service.ts";
import { type BuiltContent, type ContentContext, contentOf } from "./campaign-content.service.ts";
import type { CampaignEngine } from "./campaign-engine.service.ts";
import type { Preflight } from "./campaigns.schema.ts";
import { audienceOf, sectionsOf } from "./campaigns.service.ts";
import { preflightChecks } from "./preflight.rules.ts";

/** What a launch needs to know: the checks, and the content they were made on. */
export type PreflightResult = { built: BuiltContent; preflight: Preflight };

/**
 * Compiles the campaign, counts whom it would reach by the code that freezes the audience, and says what
 * would stop or hurt the send. Changes nothing.
 *
 * @throws AppError `not_found`.
 */
export async function runPreflight(
  context: ContentContext,
  engine: CampaignEngine,
  campaignId: number,
): Promise<PreflightResult> {
  const built = await contentOf(context, campaignId);
  const { row, content, problems } = built;
  const waterfall = await engine.waterfall(context.workspaceId, audienceOf(row));
  const db = context.databases.workspace(context.workspaceId);
  const sender = row.senderId === null ? undefined : findSenderForCampaign(db, row.senderId);
  const route = row.routeId === null ? undefined : findRouteForCampaign(db, row.routeId);
  const checks = preflightChecks({
    sections: sectionsOf(db, row),
    problems,
    bodySource: row.bodySource,
    textSource: row.textSource,
    html: content.html,
    text: content.text,
    publicUrl: context.publicUrl,
    postalAddress: content.workspace.postalAddress,
    willGetIt: waterfall.recipients,
    sender,
    route,
  });
  const preflight = {
    waterfall,
    checks,
    canSend: checks.every((check) => check.severity !== "error"),
    htmlBytes: Buffer.byteLength(content.html),
  };
  return { built, preflight };
}
