import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

/** A leased chunk: its owner may send the chunk's due rows until `leaseUntil` (unix ms). */
export type Claim = {
  campaignId: number;
  chunkNo: number;
  provider: string;
  firstSeq: number;
  lastSeq: number;
  epoch: number;
  leaseUntil: number;
};

export type ClaimRequest = {
  campaignId: number;
  /** `<node>:<boot>`. */
  owner: string;
  now: number;
  leaseUntil: number;
  /** Stop claiming once the claimed chunks hold about this many messages. */
  messages: number;
  /** Providers to claim no chunks for. */
  full?: readonly string[];
};

const MAX_CHUNKS_PER_CLAIM = 8;

// Providers alternate, so that a campaign does not send to one provider at full rate first and reach the next one only
// hours later.
const selectClaimable = statement<
  [{ campaignId: number; now: number; max: number; full: string }],
  {
    chunkNo: number;
    provider: string;
    firstSeq: number;
    lastSeq: number;
    epoch: number;
    messages: number;
  }
>(`
  SELECT chunkNo, provider, firstSeq, lastSeq, epoch, messages
    FROM (SELECT chunk_no AS chunkNo, provider, first_seq AS firstSeq, last_seq AS lastSeq,
                 epoch + 1 AS epoch, pending + deferred AS messages,
                 row_number() OVER (PARTITION BY provider ORDER BY chunk_no) AS turn
            FROM chunk
           WHERE campaign_id = @campaignId AND owner IS NULL
             AND provider NOT IN (SELECT value FROM json_each(@full))
             AND (pending > 0 OR (deferred > 0 AND next_due <= @now)))
   ORDER BY turn, chunkNo
   LIMIT @max
`);

const takeLease = statement<
  [{ campaignId: number; chunkNo: number; owner: string; epoch: number; leaseUntil: number }]
>(`
  UPDATE chunk
     SET owner = @owner, epoch = @epoch, lease_until = @leaseUntil
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo AND owner IS NULL AND epoch = @epoch - 1
`);

const selectIsSending = statement<[campaignId: number], { id: number }>(`
  SELECT id FROM campaign WHERE id = ? AND status = 'sending'
`);

/** Leases free chunks of a campaign that have due rows; returns none when its status is not `sending`. */
export function claimChunks(db: Connection, request: ClaimRequest): Claim[] {
  return inTransaction(db, () => {
    if (selectIsSending(db).get(request.campaignId) === undefined) {
      return [];
    }
    const { campaignId, now, owner, leaseUntil } = request;
    const full = JSON.stringify(request.full ?? []);
    const claims: Claim[] = [];
    let messages = 0;
    for (const row of selectClaimable(db).all({
      campaignId,
      now,
      max: MAX_CHUNKS_PER_CLAIM,
      full,
    })) {
      if (messages >= request.messages) {
        break;
      }
      const { messages: size, ...chunk } = row;
      takeLease(db).run({
        campaignId,
        chunkNo: chunk.chunkNo,
        owner,
        epoch: chunk.epoch,
        leaseUntil,
      });
      claims.push({ campaignId, ...chunk, leaseUntil });
      messages += size;
    }
    return claims;
  });
}

/** Identifies one lease of a chunk. */
export type Held = { campaignId: number; chunkNo: number; epoch: number };

const extendLease = statement<
  [{ campaignId: number; chunkNo: number; epoch: number; owner: string; leaseUntil: number }]
>(`
  UPDATE chunk
     SET lease_until = @leaseUntil
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo AND owner = @owner AND epoch = @epoch
`);

/** Extends leases. Returns those that were extended; the holder has lost the others. */
export function renewLeases(
  db: Connection,
  held: readonly Held[],
  owner: string,
  leaseUntil: number,
): Held[] {
  return inTransaction(db, () =>
    held.filter(({ campaignId, chunkNo, epoch }) => {
      const renewed = extendLease(db).run({ campaignId, chunkNo, epoch, owner, leaseUntil });
      return renewed.changes === 1;
    }),
  );
}

// The epoch is incremented as well, so that a late fact under the dead owner's lease cannot change the chunk.
const clearForeign = statement<[owner: string]>(`
  UPDATE chunk
     SET owner = NULL, lease_until = NULL, epoch = epoch + 1,
         next_due = (SELECT min(due_at) FROM message
                      WHERE message.campaign_id = chunk.campaign_id AND state = 1
                        AND seq BETWEEN chunk.first_seq AND chunk.last_seq)
   WHERE owner IS NOT NULL AND owner <> ?
     AND campaign_id IN (SELECT id FROM campaign WHERE status IN ('sending', 'pausing', 'cancelling', 'completed'))
`);

/** Releases every lease not held by `owner`; their owners are dead processes. @returns how many. */
export function releaseForeignLeases(db: Connection, owner: string): number {
  return clearForeign(db).run(owner).changes;
}

/** A message in a leased chunk, and the owner of that lease. */
type ForeignRow = { c: number; s: number; holder: string };

// A deferred message that came due before the lease ended may also have been attempted.
const selectForeignRows = statement<[owner: string], ForeignRow>(`
  SELECT message.campaign_id AS c, message.seq AS s, chunk.owner AS holder
    FROM chunk
         JOIN message ON message.campaign_id = chunk.campaign_id
                     AND message.seq BETWEEN chunk.first_seq AND chunk.last_seq
   WHERE chunk.owner IS NOT NULL AND chunk.owner <> ?
     AND (message.state = 0 OR (message.state = 1 AND message.due_at <= chunk.lease_until))
`);

/** The unfinished messages in chunks leased by anyone other than `owner`. */
export function openRowsOfForeign(db: Connection, owner: string): ForeignRow[] {
  return selectForeignRows(db).all(owner);
}

const selectCampaigns = statement<[status: string], { id: number }>(`
  SELECT id FROM campaign WHERE status = ? ORDER BY id
`);

/** The ids of the workspace's campaigns with this status. */
export function campaignsWithStatus(
  db: Connection,
  status: "preparing" | "sending" | "pausing" | "cancelling",
): number[] {
  return selectCampaigns(db)
    .all(status)
    .map(({ id }) => id);
}

const startPause = statement<[reason: string, now: number, id: number]>(`
  UPDATE campaign SET status = 'pausing', status_reason = ?, updated_at = ?
   WHERE id = ? AND status = 'sending'
`);

/** Begins a pause that delivery itself initiated. @returns false when the campaign is not sending. */
export function pauseWithReason(
  db: Connection,
  campaignId: number,
  reason: string,
  now: number,
): boolean {
  return startPause(db).run(reason, now, campaignId).changes === 1;
}

const selectCancellable = statement<
  [campaignId: number, max: number],
  { chunkNo: number; first: number; last: number; open: number }
>(`
  SELECT chunk_no AS chunkNo, first_seq AS first, last_seq AS last, pending + deferred AS open
    FROM chunk
   WHERE campaign_id = ? AND owner IS NULL AND pending + deferred > 0
   LIMIT ?
`);

// A `bounce:` reason marks a bounce reported ahead of the result, so it is kept.
const holdAmbiguous = statement<
  [{ campaignId: number; first: number; last: number; now: number }]
>(`
  UPDATE message
     SET state = 2, reason = CASE WHEN reason LIKE 'bounce:%' THEN reason ELSE 'ambiguous' END,
         due_at = NULL, changed_at = @now
   WHERE campaign_id = @campaignId AND seq BETWEEN @first AND @last AND state < 2
     AND EXISTS (SELECT 1 FROM attempt
                  WHERE attempt.campaign_id = message.campaign_id AND attempt.seq = message.seq
                    AND outcome = 'ambiguous')
`);

const skipRows = statement<[{ campaignId: number; first: number; last: number; now: number }]>(`
  UPDATE message
     SET state = 6, reason = 'cancelled', due_at = NULL, changed_at = @now
   WHERE campaign_id = @campaignId AND seq BETWEEN @first AND @last AND state < 2
`);

const closeChunk = statement<[{ campaignId: number; chunkNo: number; held: number }]>(`
  UPDATE chunk
     SET skipped = skipped + pending + deferred - @held, held = held + @held,
         pending = 0, deferred = 0, next_due = NULL
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo
`);

const countCancelled = statement<[campaignId: number, metric: "skipped" | "held", n: number]>(`
  INSERT INTO campaign_count (campaign_id, metric, bucket, n) VALUES (?, ?, 0, ?)
      ON CONFLICT (campaign_id, metric, bucket) DO UPDATE SET n = n + excluded.n
`);

const CHUNKS_PER_CANCEL = 20;

/**
 * Ends the open messages of up to 20 unleased chunks of a `cancelling` campaign, in one transaction. A message that was
 * never handed over is skipped. One with an ambiguous attempt may have been delivered, so it is held and stays listed
 * as ambiguous, as are messages that were held before.
 *
 * @returns how many messages moved; 0 when only leased chunks, or none, are left.
 */
export function cancelSome(db: Connection, campaignId: number, now: number): number {
  return inTransaction(db, () => {
    if (!campaignsWithStatus(db, "cancelling").includes(campaignId)) {
      return 0;
    }
    let open = 0;
    let held = 0;
    for (const chunk of selectCancellable(db).all(campaignId, CHUNKS_PER_CANCEL)) {
      const { chunkNo, first, last } = chunk;
      const ambiguous = holdAmbiguous(db).run({ campaignId, first, last, now }).changes;
      skipRows(db).run({ campaignId, first, last, now });
      closeChunk(db).run({ campaignId, chunkNo, held: ambiguous });
      open += chunk.open;
      held += ambiguous;
    }
    if (open > held) {
      countCancelled(db).run(campaignId, "skipped", open - held);
    }
    if (held > 0) {
      countCancelled(db).run(campaignId, "held", held);
    }
    return open;
  });
}
