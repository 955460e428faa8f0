import { type Renderer, startedBefore } from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import {
  AppError,
  because,
  faultyField,
  invalidField,
  reasonWith,
  storedRefusal,
} from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { storedReason } from "../../reasons/because.ts";
import { checkDomainsTomorrow } from "../domains/domain-jobs.service.ts";
import type { CampaignEngine, DnsLookup } from "../ports.ts";
import { type ContentContext, contentFaults } from "./campaign-content.service.ts";
import { readCampaign } from "./campaign-view.ts";
import {
  type CampaignMove,
  type CampaignStatus,
  instantOf,
  nextStatus,
  type SectionProblem,
} from "./campaigns.rules.ts";
import type { CampaignView, Preflight, Schedule } from "./campaigns.schema.ts";
import {
  audienceProblemsNow,
  type CampaignParts,
  requireCampaign,
  requireMaySend,
  sectionsOf,
  viewOf,
} from "./campaigns.service.ts";
import {
  type CampaignRow,
  moveCampaign,
  storeAudience,
  storeContent,
  storeScheduledAt,
} from "./campaigns.store.ts";
import { type DescribedFault, launchReason } from "./launch-faults.rules.ts";
import { runPreflight } from "./preflight.ts";

/** The job that launches a campaign when it is due and resumes a launch after a crash. */
export const LAUNCH_JOB = "campaign.launch";

const MAX_AHEAD_MS = 2 * 365 * DAY_MS;

/** What launching needs. */
export type LaunchDeps = {
  databases: Databases;
  jobs: JobQueue;
  engine: CampaignEngine;
  dns: DnsLookup;
  renderer: Renderer;
  clock: Clock;
  publicUrl: () => string;
};

type Target = { workspaceId: string; campaignId: number };

/**
 * Schedules a draft, or reschedules it. The due time is a durable job, so it survives restarts. If the instance was
 * down at that time, the launch happens as soon as it is back.
 *
 * @throws AppError `invalid_input` for a time in the past or more than two years ahead; `illegal_state` when the
 * campaign is not a draft or is incomplete.
 */
export async function scheduleCampaign(
  deps: LaunchDeps,
  target: Target,
  at: Schedule,
): Promise<CampaignView> {
  const open = () => deps.databases.workspace(target.workspaceId);
  const context = contextOf(deps, target.workspaceId);
  const now = deps.clock();
  const due = instantOf(at.localTime, at.timeZone);
  if (due === undefined) {
    throw invalidField(
      "timeZone",
      because("no_such_time", { time: at.localTime, zone: at.timeZone }),
    );
  }
  if (due <= now || due > now + MAX_AHEAD_MS) {
    throw invalidField("localTime", because(due <= now ? "in_the_past" : "too_far_ahead"));
  }
  const checked = requireCampaign(open(), target.campaignId);
  const faults = await contentFaults(context, checked);
  const db = open();
  const row = requireCampaign(db, target.campaignId);
  requireSame(row, checked);
  requireReady(db, row, faults);
  refuseSentBefore(deps, target, row);
  enqueueLaunch(deps, target, due);
  inTransaction(db, () => {
    if (row.status !== "scheduled") {
      move(db, row, "schedule", "", now);
    }
    storeScheduledAt(db, row.id, due);
  });
  return await readCampaign(context, row.id);
}

/** Turns a scheduled campaign back into a draft. @throws AppError `illegal_state`. */
export async function unscheduleCampaign(deps: LaunchDeps, target: Target): Promise<CampaignView> {
  const db = deps.databases.workspace(target.workspaceId);
  move(db, requireCampaign(db, target.campaignId), "unschedule", "", deps.clock());
  deps.jobs.cancel(launchKey(target));
  return await shown(deps, target);
}

/**
 * Freezes the content of a draft or scheduled campaign and starts creating its message rows in the background. Later
 * edits of template, sender or domain do not affect it. From here on the job owns the launch, so a crash at any point
 * resumes it.
 *
 * @throws AppError `illegal_state` with the checks that failed; `stale_version` when it was edited in the meantime.
 */
export async function launchCampaign(deps: LaunchDeps, target: Target): Promise<CampaignView> {
  const parts = await prepare(deps, target, () => enqueueLaunch(deps, target, deps.clock()));
  const db = deps.databases.workspace(target.workspaceId);
  // The content is frozen, so the template is not checked.
  return viewOf(db, requireCampaign(db, target.campaignId), [], parts);
}

/** The handler of `campaign.launch`. Safe to repeat. */
export async function runLaunchJob(deps: LaunchDeps, target: Target): Promise<void> {
  const db = deps.databases.workspace(target.workspaceId);
  const row = requireCampaign(db, target.campaignId);
  if (row.status === "scheduled" && (row.scheduledAt ?? 0) <= deps.clock()) {
    const isPrepared = await prepareOrGiveUp(deps, target);
    if (!isPrepared) {
      return;
    }
  } else if (row.status !== "preparing") {
    return;
  }
  await deps.engine.prepareCampaign(target.workspaceId, target.campaignId);
}

/** Pauses a campaign that is being sent. Messages in flight are finished. @throws AppError `illegal_state`. */
export async function pauseCampaign(
  deps: LaunchDeps,
  target: Target,
  reason: string,
): Promise<CampaignView> {
  return await change(deps, target, "pause", reason);
}

/**
 * Resumes a paused campaign.
 * @throws AppError `illegal_state`, or the errors of `requireMaySend`.
 */
export async function resumeCampaign(deps: LaunchDeps, target: Target): Promise<CampaignView> {
  const db = deps.databases.workspace(target.workspaceId);
  requireMaySend(deps.databases, db, requireCampaign(db, target.campaignId));
  return await change(deps, target, "resume", "");
}

/**
 * Cancels a campaign permanently. Messages that were not sent yet are never sent.
 *
 * @throws AppError `illegal_state`.
 */
export async function cancelCampaign(
  deps: LaunchDeps,
  target: Target,
  reason: string,
): Promise<CampaignView> {
  await deps.engine.expect(target.workspaceId);
  const db = deps.databases.workspace(target.workspaceId);
  const row = requireCampaign(db, target.campaignId);
  const now = deps.clock();
  inTransaction(db, () => {
    move(db, row, "cancel", reason, now);
    if (row.status === "scheduled") {
      // The campaign has no message rows, so nothing is in flight and delivery has nothing to report.
      move(db, { ...row, status: "cancelling" }, "cancelled", reason, now);
    }
  });
  deps.jobs.cancel(launchKey(target));
  deps.engine.notice(target.workspaceId, target.campaignId);
  return await shown(deps, target);
}

async function change(
  deps: LaunchDeps,
  target: Target,
  action: CampaignMove,
  reason: string,
): Promise<CampaignView> {
  // Called before the commit, so that a crash between the commit and the notification is noticed after a restart.
  await deps.engine.expect(target.workspaceId);
  const db = deps.databases.workspace(target.workspaceId);
  move(db, requireCampaign(db, target.campaignId), action, reason, deps.clock());
  deps.engine.notice(target.workspaceId, target.campaignId);
  return await shown(deps, target);
}

async function prepareOrGiveUp(deps: LaunchDeps, target: Target): Promise<boolean> {
  try {
    await prepare(deps, target, () => {});
    return true;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "unavailable") {
      throw error;
    }
    const db = deps.databases.workspace(target.workspaceId);
    const row = requireCampaign(db, target.campaignId);
    if (row.status === "scheduled") {
      const why = because("not_sent_in_time", { why: storedRefusal(error) });
      move(db, row, "unschedule", storedReason(why), deps.clock());
    }
    return false;
  }
}

async function prepare(
  deps: LaunchDeps,
  target: Target,
  enqueue: () => void,
): Promise<CampaignParts> {
  const context = contextOf(deps, target.workspaceId);
  const before = requireCampaign(deps.databases.workspace(target.workspaceId), target.campaignId);
  requireMove(before, "prepare");
  const { built, audience, parts, preflight } = await runPreflight(
    { ...deps, ...context },
    before,
    "sending",
  );
  refuseFailedChecks(preflight);

  const db = deps.databases.workspace(target.workspaceId);
  const now = deps.clock();
  const latest = requireCampaign(db, target.campaignId);
  requireSame(latest, before);
  requireMove(latest, "prepare");
  // The job is queued first: without a campaign to prepare it does nothing, but a campaign without its job would wait
  // forever.
  enqueue();
  inTransaction(db, () => {
    // A list may have been deleted since the checks. From here on deletion is blocked until the recipients are found.
    refuseLaunch(audienceProblemsNow(db, latest));
    move(db, latest, "prepare", "", now);
    const { content } = built;
    const json = JSON.stringify(content);
    // Stores the audience exactly as counted, so later edits of a segment do not change it.
    storeAudience(db, latest.id, JSON.stringify(audience));
    storeContent(db, { campaignId: latest.id, content: json, links: content.links, now });
  });
  checkDomainsTomorrow(deps, target.workspaceId);
  return parts;
}

function requireSame(now: CampaignRow, checked: CampaignRow): void {
  if (now.version !== checked.version) {
    throw new AppError("stale_version", because("campaign_changed_while_checked"));
  }
}

function refuseFailedChecks({ checks }: Preflight): void {
  const failed = checks.filter((check) => check.severity === "error");
  refuseLaunch(failed.map(({ fix, ...fault }) => ({ ...fault, field: fix })));
}

/** The refusal with all problems. Its `detail` is the first one. */
function refuseLaunch(problems: readonly (DescribedFault & { field: string })[]): void {
  const reasons = problems.flatMap(({ code, field, params }) =>
    code === "template_warning"
      ? []
      : [{ field, why: reasonWith(params === undefined ? { code } : { code, params }) }],
  );
  const [first] = reasons;
  if (first !== undefined) {
    const fields = reasons.map(({ field, why }) => faultyField(field, why));
    throw new AppError("illegal_state", first.why, { fields });
  }
}

function requireReady(db: Connection, row: CampaignRow, faults: SectionProblem[]): void {
  if (row.status !== "scheduled") {
    requireMove(row, "schedule");
  }
  refuseLaunch(sectionsOf(db, row, faults).review.problems);
}

function refuseSentBefore(
  { databases }: LaunchDeps,
  target: Target,
  { createdAt }: CampaignRow,
): void {
  const startedAt = startedBefore(databases.system, { ...target, createdAt });
  if (startedAt !== undefined) {
    const fault = { code: "sent_before", params: { at: startedAt } } as const;
    throw new AppError("illegal_state", launchReason(fault));
  }
}

function requireMove(row: Pick<CampaignRow, "status">, action: CampaignMove): CampaignStatus {
  const to = nextStatus(row.status, action);
  if (to === undefined) {
    throw new AppError(
      "illegal_state",
      because("campaign_status_refuses", { status: row.status, move: action }),
    );
  }
  return to;
}

function move(
  db: Connection,
  row: Pick<CampaignRow, "id" | "status">,
  action: CampaignMove,
  reason: string,
  now: number,
): void {
  const to = requireMove(row, action);
  if (!moveCampaign(db, { id: row.id, from: row.status, to, reason, now })) {
    throw new AppError("changed_meanwhile", because("campaign_status_changed"));
  }
}

async function shown(deps: LaunchDeps, target: Target): Promise<CampaignView> {
  return await readCampaign(contextOf(deps, target.workspaceId), target.campaignId);
}

function contextOf(deps: LaunchDeps, workspaceId: string): ContentContext {
  const { databases, renderer, publicUrl } = deps;
  return { databases, workspaceId, publicUrl: publicUrl(), renderer };
}

function launchKey({ workspaceId, campaignId }: Target): string {
  return `${LAUNCH_JOB}:${workspaceId}:${campaignId}`;
}

function enqueueLaunch(deps: LaunchDeps, target: Target, dueAt: number): void {
  const uniqueKey = launchKey(target);
  // At most one job is open: a new time replaces the old one.
  deps.jobs.cancel(uniqueKey);
  const payload = { campaignId: target.campaignId };
  deps.jobs.enqueue(LAUNCH_JOB, target.workspaceId, payload, { uniqueKey, dueAt });
}
