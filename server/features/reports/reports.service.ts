import {
  bottleneckAnswer,
  campaignCounts,
  campaignCountsByProvider,
  categoryNames,
  deliverySettings,
  type EngagementGroup,
  type EngagementKind,
  engagementMetric,
  type MessageState,
  type MessageStateName,
  messageState,
  metrics,
  type QueueSnapshot,
  stateMetric,
  uniqueMetric,
} from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { spokenStatus } from "../../reasons/because.ts";
import {
  findAudienceSize,
  findNeeds,
  findRecentCampaigns,
  findTotalsSince,
} from "./dashboard.store.ts";
import {
  type BucketName,
  bucketFor,
  bucketSizes,
  complaintWarningOf,
  mergeSeries,
} from "./reports.rules.ts";
import type {
  CampaignReport,
  Dashboard,
  Recipient,
  RecipientQuery,
  RecipientStory,
  Timeline,
} from "./reports.schema.ts";
import {
  findAmbiguousCount,
  findAttempts,
  findBuckets,
  findCampaignHead,
  findEvents,
  findLinkClicks,
  findReasons,
  findRecipient,
  findRecipients,
  findRecipientsByAddress,
  findRecipientsInState,
  findRecipientsWithReason,
  findSpan,
  findSuppression,
  findTotals,
  type RecipientRow,
} from "./reports.store.ts";
import { retryWaits, waitingNow } from "./waits.rules.ts";
import { findReports } from "./why.store.ts";
import { type WhyContext, whyInCampaign } from "./why.ts";

const RECENT_CAMPAIGNS = 8;
const DAYS_30_MS = 30 * DAY_MS;

/**
 * A campaign's report: current counts by status, and engagement of people and automated systems separately.
 *
 * @throws AppError `not_found`.
 */
export function campaignReport(db: Connection, campaignId: number, now: number): CampaignReport {
  const campaign = findCampaignHead(db, campaignId);
  if (campaign === undefined) {
    throw notFound("campaign");
  }
  const totals = findTotals(db, campaignId);
  const counts = campaignCounts(db, campaignId, now);
  const complaints = totals.get(metrics.complaint) ?? 0;
  const { complaintWarnPercent } = deliverySettings(db);
  const engaged = (kind: EngagementKind, group: EngagementGroup) => ({
    unique: totals.get(uniqueMetric(kind, group)) ?? 0,
    total: totals.get(engagementMetric(kind, group)) ?? 0,
  });
  const byClass = (kind: EngagementKind) => ({
    human: engaged(kind, "human"),
    machine: engaged(kind, "machine"),
  });
  return {
    campaign: spokenStatus(campaign),
    counts,
    engagement: {
      opens: byClass("open"),
      clicks: byClass("click"),
      views: byClass("view"),
      unsubscribes: totals.get(metrics.unsubscribe) ?? 0,
      complaints,
    },
    reasons: findReasons(db, campaignId).map((row) => ({ ...row, state: stateName(row.state) })),
    providers: campaignCountsByProvider(db, campaignId, now),
    complaintWarning: complaintWarningOf(complaints, counts.sent, complaintWarnPercent),
    ambiguous: findAmbiguousCount(db, campaignId),
  };
}

/** Events over time: one point per bucket with any event. */
export function campaignTimeline(
  db: Connection,
  campaignId: number,
  bucket: BucketName | undefined,
): Timeline {
  const columns = {
    sent: stateMetric("sent"),
    bounced: stateMetric("bounced"),
    failed: stateMetric("failed"),
    opensHuman: uniqueMetric("open", "human"),
    opensMachine: uniqueMetric("open", "machine"),
    clicksHuman: uniqueMetric("click", "human"),
    clicksMachine: uniqueMetric("click", "machine"),
    unsubscribes: metrics.unsubscribe,
  };
  const spans = Object.values(columns).map((metric) => findSpan(db, campaignId, metric));
  const starts = spans.flatMap((span) => span?.first ?? []);
  const ends = spans.flatMap((span) => span?.last ?? []);
  const span = starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
  const bucketMs = bucket === undefined ? bucketFor(span) : bucketSizes[bucket];
  const series = Object.fromEntries(
    Object.entries(columns).map(([name, metric]) => [
      name,
      findBuckets(db, campaignId, metric, bucketMs),
    ]),
  ) as Record<keyof typeof columns, { at: number; n: number }[]>;
  return { bucketMs, points: mergeSeries(series) };
}

/** The campaign's links with their clicks, most clicked by people first. */
export function campaignLinks(db: Connection, campaignId: number) {
  return {
    items: findLinkClicks(db, campaignId).map((row) => ({
      linkNo: row.linkNo,
      url: row.url,
      human: { unique: row.humanUnique, total: row.humanClicks },
      machine: { unique: row.machineUnique, total: row.machineClicks },
    })),
  };
}

/** A page of recipients: by address prefix, by status and reason, or all in order. */
export function listRecipients(
  db: Connection,
  campaignId: number,
  query: RecipientQuery,
): { items: Recipient[]; nextCursor: string | null } {
  const prefix = query.q?.trim().toLowerCase() ?? "";
  if (prefix !== "") {
    const {
      limit,
      after: [after],
    } = readPage(query, [""]);
    const rows = findRecipientsByAddress(db, { campaignId, prefix, after, limit: limit + 1 });
    return cutPage(rows.map(toRecipient), limit, (row) => [row.address]);
  }
  const {
    limit,
    after: [after],
  } = readPage(query, [0]);
  if (query.reason !== undefined) {
    requireKnownReason(db, campaignId, query.reason);
  }
  const rows = recipientRows(db, campaignId, query, { after, limit: limit + 1 });
  return cutPage(rows.map(toRecipient), limit, (row) => [row.seq]);
}

function recipientRows(
  db: Connection,
  campaignId: number,
  { state, reason }: RecipientQuery,
  { after, limit }: { after: number; limit: number },
) {
  if (state !== undefined) {
    const search = { campaignId, state: messageState[state], reason, after, limit };
    return findRecipientsInState(db, search);
  }
  return reason === undefined
    ? findRecipients(db, campaignId, after, limit)
    : findRecipientsWithReason(db, { campaignId, reason, after, limit });
}

/** A misspelt reason must be refused, because it would otherwise look like a reason without recipients. */
function requireKnownReason(db: Connection, campaignId: number, reason: string): void {
  const isKnown =
    (categoryNames as readonly string[]).includes(reason) ||
    findReasons(db, campaignId).some((row) => row.reason === reason);
  if (!isKnown) {
    throw invalidField("reason", because("unknown_category"));
  }
}

/**
 * Why a recipient did or did not get the campaign: status and reason, every attempt with the server's reply, and opens
 * and clicks.
 *
 * @throws AppError `not_found`.
 */
export async function recipientStory(
  context: WhyContext,
  readQueue: () => Promise<QueueSnapshot>,
  campaignId: number,
  seq: number,
): Promise<RecipientStory> {
  const { db } = context;
  const row = findRecipient(db, campaignId, seq);
  if (row === undefined) {
    throw notFound("recipient");
  }
  const recipient = toRecipient(row);
  const attempts = findAttempts(db, campaignId, seq);
  const why = whyInCampaign(context, campaignId, row.address);
  const story = {
    recipient,
    provider: row.provider,
    suppression: findSuppression(db, row.address) ?? null,
    attempts,
    reports: findReports(db, campaignId, seq),
    included: why.included,
    segments: why.segments.flatMap(({ role, matches, name }) =>
      role === "include" && matches ? name : [],
    ),
    waits: retryWaits(attempts, row.dueAt),
    events: findEvents(db, campaignId, seq),
  };
  const isOpen = recipient.state === "pending" || recipient.state === "deferred";
  const host = attempts.at(-1)?.host ?? "";
  const target = { campaignId, provider: row.provider, address: row.address, host };
  return { ...story, now: isOpen ? wordedWaits(await readQueue(), target) : null };
}

function wordedWaits(queue: QueueSnapshot, target: Parameters<typeof waitingNow>[1]) {
  const waits = waitingNow(queue, target);
  return (
    waits && {
      ...waits,
      bottleneck: waits.bottleneck && bottleneckAnswer(waits.bottleneck, queue.at),
    }
  );
}

/** Figures for the workspace's dashboard. */
export function dashboard(db: Connection, now: number): Dashboard {
  const totals = findTotalsSince(db, now - DAYS_30_MS);
  const total = (metric: string) => totals.get(metric) ?? 0;
  return {
    ...findAudienceSize(db),
    last30Days: {
      sent: total(stateMetric("sent")),
      opensHuman: total(uniqueMetric("open", "human")),
      clicksHuman: total(uniqueMetric("click", "human")),
      bounced: total(stateMetric("bounced")),
      unsubscribes: total(metrics.unsubscribe),
    },
    recent: findRecentCampaigns(db, RECENT_CAMPAIGNS).map((campaign) => {
      const counters = findTotals(db, campaign.id);
      return {
        ...spokenStatus(campaign),
        counts: campaignCounts(db, campaign.id, now),
        opensHuman: counters.get(uniqueMetric("open", "human")) ?? 0,
        clicksHuman: counters.get(uniqueMetric("click", "human")) ?? 0,
      };
    }),
    needsYou: findNeeds(db, now - DAYS_30_MS),
  };
}

const stateNames = new Map(
  Object.entries(messageState).map(([name, number]) => [number, name as MessageStateName]),
);

function stateName(state: number): MessageStateName {
  const name = stateNames.get(state as MessageState);
  if (name === undefined) {
    throw new Error(`a message cannot have state ${state}`);
  }
  return name;
}

function toRecipient(row: RecipientRow): Recipient {
  const { seq, contactId, address, reason, attempts, dueAt, changedAt } = row;
  return {
    seq,
    contactId,
    address,
    state: stateName(row.state),
    reason,
    attempts,
    dueAt,
    changedAt,
  };
}
