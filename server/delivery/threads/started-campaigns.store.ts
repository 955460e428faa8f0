import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

/** Identifies a campaign across copies of its workspace's file. */
type CampaignKey = { campaignId: number; createdAt: number };
type Started = CampaignKey & { startedAt: number };

const selectRecorded = statement<[workspaceId: string], Started>(`
  SELECT campaign_id AS campaignId, created_at AS createdAt, started_at AS startedAt
    FROM campaign_started WHERE workspace_id = ?
`);

const selectOne = statement<[{ workspaceId: string } & CampaignKey], { startedAt: number }>(`
  SELECT started_at AS startedAt FROM campaign_started
   WHERE workspace_id = @workspaceId AND campaign_id = @campaignId AND created_at = @createdAt
`);

const insertOne = statement<[{ workspaceId: string } & Started]>(`
  INSERT OR IGNORE INTO campaign_started (workspace_id, campaign_id, created_at, started_at)
  VALUES (@workspaceId, @campaignId, @createdAt, @startedAt)
`);

const selectStarted = statement<[], Started>(`
  SELECT id AS campaignId, created_at AS createdAt, started_at AS startedAt
    FROM campaign WHERE started_at IS NOT NULL
`);

// Campaigns that were already reported wait for a person, with the reason.
const selectUntold = statement<[reason: string, formerly: string], CampaignKey>(`
  SELECT id AS campaignId, created_at AS createdAt
    FROM campaign
   WHERE status = 'scheduled'
      OR (status = 'preparing' AND status_reason = '')
      OR (status = 'draft' AND status_reason NOT IN (?, ?) AND deleted_at IS NULL)
`);

// A campaign that is being prepared is paused when its recipients are found. A scheduled one has no recipients yet.
const holdUnstarted = statement<[{ reason: string; now: number }]>(`
  UPDATE campaign
     SET status = CASE status WHEN 'scheduled' THEN 'draft' ELSE status END,
         scheduled_at = CASE status WHEN 'scheduled' THEN NULL ELSE scheduled_at END,
         status_reason = @reason, updated_at = @now
   WHERE status IN ('scheduled', 'preparing')
`);

const holdPrepared = statement<[{ reason: string; now: number }]>(`
  UPDATE campaign SET status_reason = @reason, updated_at = @now WHERE status = 'preparing' AND status_reason = ''
`);

const markDraft = statement<[{ reason: string; campaignId: number; now: number }]>(`
  UPDATE campaign SET status_reason = @reason, updated_at = @now WHERE id = @campaignId AND status = 'draft'
`);

/**
 * Records in `system.db` which campaigns of the workspace have been started, including those that a crash prevented
 * from being recorded.
 */
export function recordStarted(system: Connection, workspaceId: string, db: Connection): void {
  const known = keysOf(selectRecorded(system).all(workspaceId));
  const missing = selectStarted(db)
    .all()
    .filter((campaign) => !known.has(keyOf(campaign)));
  if (missing.length > 0) {
    inTransaction(system, () => {
      for (const campaign of missing) {
        insertOne(system).run({ workspaceId, ...campaign });
      }
    });
  }
}

/** When the campaign was started in a newer state of its workspace's file (unix ms); undefined when it was not. */
export function startedBefore(
  system: Connection,
  campaign: { workspaceId: string } & CampaignKey,
): number | undefined {
  return selectOne(system).get(campaign)?.startedAt;
}

/**
 * Drafts and scheduled or preparing campaigns of this file that were started: the file is an older copy.
 *
 * @param told The reasons of drafts that are already known to have been started.
 */
export function startedSince(
  system: Connection,
  workspaceId: string,
  db: Connection,
  told: readonly [string, string],
): CampaignKey[] {
  const known = keysOf(selectRecorded(system).all(workspaceId));
  return known.size === 0
    ? []
    : selectUntold(db)
        .all(...told)
        .filter((campaign) => known.has(keyOf(campaign)));
}

/** Makes every campaign that would start by itself wait for a person, and marks drafts that have been started. */
export function holdUnstartedCampaigns(
  db: Connection,
  started: readonly CampaignKey[],
  reasons: { unstarted: string; started: string },
  now: number,
): void {
  inTransaction(db, () => {
    holdUnstarted(db).run({ reason: reasons.unstarted, now });
    for (const { campaignId } of started) {
      markDraft(db).run({ campaignId, reason: reasons.started, now });
    }
  });
}

/** Makes campaigns that are being prepared wait for a person once their recipients are found. */
export function holdPreparing(db: Connection, reason: string, now: number): void {
  holdPrepared(db).run({ reason, now });
}

function keysOf(campaigns: readonly CampaignKey[]): Set<string> {
  return new Set(campaigns.map(keyOf));
}

function keyOf({ campaignId, createdAt }: CampaignKey): string {
  return `${campaignId}/${createdAt}`;
}
