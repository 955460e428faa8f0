import {
  type BottleneckAnswer,
  bottleneckAnswer,
  type CampaignCounts,
  campaignCounts,
} from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { eventStream } from "../../platform/http/event-stream.ts";
import { spokenReason } from "../../reasons/because.ts";
import type { CampaignEngine } from "../ports.ts";
import { findSendingMethod } from "../routes/route-groups.service.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import { type CampaignStatus, isTerminal } from "./campaigns.rules.ts";
import { requireCampaign } from "./campaigns.service.ts";
import { deferredReasons, nextDueAt } from "./campaigns.store.ts";
import {
  addSample,
  bottleneckOf,
  ratePerSecond,
  type Sample,
  secondsLeft,
} from "./progress.rules.ts";

/** What a page that watches a campaign shows. */
export type Progress = {
  at: number;
  status: CampaignStatus;
  statusReason: string;
  counts: CampaignCounts;
  /** Messages with a final status. */
  done: number;
  /** Messages that were tried, without skipped ones. */
  perSecond: number;
  secondsLeft: number | null;
  /** What keeps it from being faster. */
  bottleneck: BottleneckAnswer | null;
};

export type ProgressDeps = { databases: Databases; engine: CampaignEngine; clock: Clock };

const TICK_MS = 1_000;
const QUIET_TICK_MS = 3_000;

/**
 * The exact current progress of a campaign; speed and time left follow from `samples` and this reading.
 *
 * @throws AppError `not_found`.
 */
export function readProgress(
  { databases, engine, clock }: ProgressDeps,
  target: { workspaceId: string; campaignId: number },
  samples: Sample[] = [],
): { progress: Progress; samples: Sample[] } {
  const now = clock();
  const db = databases.workspace(target.workspaceId);
  const row = requireCampaign(db, target.campaignId);
  const counts = campaignCounts(db, row.id, now);
  const { total, pending, leased, deferred, held, sent, bounced, failed, skipped } = counts;
  const done = sent + bounced + failed + skipped;
  const nextSamples = addSample(samples, { at: now, done, tried: done - skipped });
  const isSending = row.status === "sending";
  const perSecond = isSending ? ratePerSecond(nextSamples, "tried") : 0;
  const said = engine.running(target.workspaceId, target.campaignId)?.bottleneck;
  const bottleneck = bottleneckOf({
    said,
    status: row.status,
    statusReason: row.statusReason,
    perSecond,
    pending: pending + leased,
    deferred,
    nextDueAt: nextDueAt(db, row.id),
    deferredFor: pending + leased === 0 && deferred > 0 ? deferredReasons(db, row.id) : [],
    held,
    route: findSendingMethod(db, row),
    workspaceMaxPerSecond: workspaceFacts(databases.system, target.workspaceId).maxPerSecond,
  });
  const progress: Progress = {
    at: now,
    status: row.status,
    statusReason: spokenReason(row.statusReason).reason,
    counts,
    done,
    perSecond,
    secondsLeft: isSending ? secondsLeft(total - done, ratePerSecond(nextSamples, "done")) : null,
    bottleneck: bottleneck && bottleneckAnswer(bottleneck, now),
  };
  return { progress, samples: nextSamples };
}

/**
 * Server-sent `progress` events: once a second while the campaign advances, less often while it does not, and a last
 * one when it is over.
 *
 * @throws AppError `not_found`.
 */
export function progressEvents(
  deps: ProgressDeps,
  target: { workspaceId: string; campaignId: number },
  isStillAllowed: () => Promise<boolean>,
): Response {
  return eventStream({
    name: "progress",
    first: readProgress(deps, target),
    read: ({ samples }) => readProgress(deps, target, samples),
    waitMs: ({ progress: { status } }) => (isTerminal(status) ? undefined : waitOf(status)),
    textOf: ({ progress }) => JSON.stringify(progress),
    isStillAllowed,
    clock: deps.clock,
  });
}

const waitOf = (status: CampaignStatus): number =>
  status.endsWith("ing") ? TICK_MS : QUIET_TICK_MS;
