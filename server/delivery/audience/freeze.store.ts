import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";
import { AppError, because } from "../../platform/errors.ts";
import { type AudienceDefinition, frozenAudience } from "../consent.store.ts";

const selectStatus = statement<[id: number], { status: string }>(
  "SELECT status FROM campaign WHERE id = ?",
);

/** The audience of a campaign that is `preparing`; undefined in any other status. */
export function audienceToFreeze(
  db: Connection,
  campaignId: number,
): AudienceDefinition | undefined {
  return selectStatus(db).get(campaignId)?.status === "preparing"
    ? frozenAudience(db, campaignId)
    : undefined;
}

const selectFreezing = statement<[], { name: string }>(
  "SELECT name FROM campaign WHERE status = 'preparing' LIMIT 1",
);

/**
 * Call it in the transaction that begins to delete something an audience may refer to (a list, tag, field or segment).
 * The deletion takes many transactions, and a freeze in between would include contacts that it should exclude.
 *
 * @throws AppError `in_use` while a campaign's audience is being frozen.
 */
export function refuseWhileFreezing(db: Connection): void {
  const campaign = selectFreezing(db).get();
  if (campaign !== undefined) {
    throw new AppError(
      "in_use",
      because("campaign_selecting_recipients", { campaign: campaign.name }),
    );
  }
}

const selectEnd = statement<[campaignId: number], { seq: number | null; chunkNo: number | null }>(`
  SELECT max(last_seq) AS seq, max(chunk_no) AS chunkNo FROM chunk WHERE campaign_id = ?
`);

/** The highest seq and chunk number written so far; 0 when there are none. */
export function frozenSoFar(db: Connection, campaignId: number): { seq: number; chunkNo: number } {
  const end = selectEnd(db).get(campaignId);
  return { seq: end?.seq ?? 0, chunkNo: end?.chunkNo ?? 0 };
}

// The address is copied from the contact at this moment, so the frozen row has the current one. `row_number` keeps
// `seq` free of gaps when a listed contact has been deleted since.
const insertMessages = statement<[{ campaignId: number; after: number; ids: string }]>(`
  INSERT INTO message (campaign_id, seq, contact_id, address)
  SELECT @campaignId, @after + row_number() OVER (ORDER BY listed.key), contact.id, contact.address
    FROM json_each(@ids) AS listed JOIN contact ON contact.id = listed.value
   ORDER BY listed.key
`);

const insertChunk = statement<
  [{ campaignId: number; chunkNo: number; provider: string; first: number; last: number }]
>(`
  INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending)
  VALUES (@campaignId, @chunkNo, @provider, @first, @last, @last - @first + 1)
`);

/** Contacts at one provider; written as one chunk. */
export type Run = { provider: string; ids: number[] };

/**
 * Appends the runs as chunks with their messages, in one transaction.
 *
 * @returns false, writing nothing, when the campaign is no longer `preparing`.
 */
export function writeRuns(db: Connection, campaignId: number, runs: readonly Run[]): boolean {
  return inTransaction(db, () => {
    if (audienceToFreeze(db, campaignId) === undefined) {
      return false;
    }
    const end = frozenSoFar(db, campaignId);
    for (const { provider, ids } of runs) {
      const written = insertMessages(db).run({
        campaignId,
        after: end.seq,
        ids: JSON.stringify(ids),
      }).changes;
      if (written > 0) {
        const first = end.seq + 1;
        end.seq += written;
        end.chunkNo += 1;
        insertChunk(db).run({ campaignId, chunkNo: end.chunkNo, provider, first, last: end.seq });
      }
    }
    return true;
  });
}

// A campaign that must wait for a person received its reason while it was being prepared.
const finishFreeze = statement<[{ campaignId: number; total: number; now: number }]>(`
  UPDATE campaign
     SET status = CASE WHEN @total = 0 THEN 'completed' WHEN status_reason = '' THEN 'sending' ELSE 'paused' END,
         recipient_total = @total, started_at = @now, updated_at = @now,
         finished_at = CASE WHEN @total = 0 THEN @now END
   WHERE id = @campaignId AND status = 'preparing'
`);

/**
 * Sets the total and starts the campaign, or pauses it if it has a reason to wait.
 *
 * @returns the total, or undefined if it was cancelled in the meantime.
 */
export function completeFreeze(
  db: Connection,
  campaignId: number,
  now: number,
): number | undefined {
  return inTransaction(db, () => {
    const total = frozenSoFar(db, campaignId).seq;
    const moved = finishFreeze(db).run({ campaignId, total, now }).changes === 1;
    return moved ? total : undefined;
  });
}
