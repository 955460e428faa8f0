import type { Connection } from "../platform/db/driver.ts";
import { inTransaction, statement } from "../platform/db/statements.ts";

const selectHolds = statement<[campaignId: number], { holds: number }>(`
  SELECT on_ambiguous = 'hold' AS holds FROM campaign_sending WHERE campaign_id = ?
`);

/** True when the campaign holds ambiguous messages for a person to decide. */
export function holdsAmbiguous(db: Connection, campaignId: number): boolean {
  return selectHolds(db).get(campaignId)?.holds === 1;
}

const startHolding = statement<[campaignId: number]>(`
  INSERT INTO campaign_sending (campaign_id, on_ambiguous)
  SELECT id, 'hold' FROM campaign WHERE id = ?
      ON CONFLICT (campaign_id) DO UPDATE SET on_ambiguous = 'hold'
`);

// Only attempts of the current run count. When a person has had the message sent again, that is a new message.
const selectWaiting = statement<[campaignId: number], { chunkNo: number; seq: number }>(`
  SELECT DISTINCT chunk.chunk_no AS chunkNo, message.seq
    FROM attempt INDEXED BY attempt_ambiguous
         JOIN message ON message.campaign_id = attempt.campaign_id AND message.seq = attempt.seq
         JOIN chunk ON chunk.campaign_id = message.campaign_id
                   AND message.seq BETWEEN chunk.first_seq AND chunk.last_seq
         LEFT JOIN message_run ON message_run.campaign_id = message.campaign_id
                              AND message_run.seq = message.seq
   WHERE attempt.campaign_id = ? AND attempt.outcome = 'ambiguous' AND message.state = 1
     AND attempt.at >= ifnull(message_run.since, 0)
`);

// A `bounce:` reason marks a bounce reported ahead of the result, so it is kept.
const hold = statement<[now: number, campaignId: number, seq: number]>(`
  UPDATE message
     SET state = 2, reason = CASE WHEN reason LIKE 'bounce:%' THEN reason ELSE 'ambiguous' END,
         due_at = NULL, changed_at = ?
   WHERE campaign_id = ? AND seq = ?
`);

const countInChunk = statement<[{ campaignId: number; chunkNo: number; held: number }]>(`
  UPDATE chunk
     SET deferred = deferred - @held, held = held + @held,
         next_due = (SELECT min(due_at) FROM message
                      WHERE campaign_id = @campaignId AND state = 1
                        AND seq BETWEEN chunk.first_seq AND chunk.last_seq)
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo
`);

const countHeld = statement<[campaignId: number, n: number]>(`
  INSERT INTO campaign_count (campaign_id, metric, bucket, n) VALUES (?, 'held', 0, ?)
      ON CONFLICT (campaign_id, metric, bucket) DO UPDATE SET n = n + excluded.n
`);

/**
 * Holds every deferred message of the campaign that an earlier attempt may have delivered, so that none goes out a
 * second time before a person has decided. Call it in a transaction. @returns how many.
 */
export function holdDeferred(db: Connection, campaignId: number, now: number): number {
  const perChunk = new Map<number, number>();
  for (const { chunkNo, seq } of selectWaiting(db).all(campaignId)) {
    hold(db).run(now, campaignId, seq);
    perChunk.set(chunkNo, (perChunk.get(chunkNo) ?? 0) + 1);
  }
  let total = 0;
  for (const [chunkNo, held] of perChunk) {
    countInChunk(db).run({ campaignId, chunkNo, held });
    total += held;
  }
  if (total > 0) {
    countHeld(db).run(campaignId, total);
  }
  return total;
}

/**
 * Makes the campaign hold ambiguous messages from now on, and holds those that already wait for their next attempt. The
 * setting is stored, so that it also applies to results that are recorded later, and in another process.
 *
 * @returns how many are held.
 */
export function holdUnknown(db: Connection, campaignId: number, now: number): number {
  return inTransaction(db, () => {
    startHolding(db).run(campaignId);
    return holdDeferred(db, campaignId, now);
  });
}
