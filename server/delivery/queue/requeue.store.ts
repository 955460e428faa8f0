import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { messageState } from "../types.ts";

export type ChunkRange = { chunkNo: number; first: number; last: number; provider: string };

const selectNextChunk = (open: string) =>
  statement<[{ campaignId: number; after: number; provider: string }], ChunkRange>(`
  SELECT chunk_no AS chunkNo, first_seq AS first, last_seq AS last, provider
    FROM chunk
   WHERE campaign_id = @campaignId AND chunk_no > @after AND ${open}
     AND (@provider = '' OR provider = @provider)
   ORDER BY chunk_no
   LIMIT 1
`);
const selectNextEnded = selectNextChunk("bounced + failed + skipped > 0");
const selectNextHeld = selectNextChunk("held > 0");

/** The next chunk with bounced, failed or skipped messages. An empty `provider` matches any. */
export const nextEndedChunk = (
  db: Connection,
  place: { campaignId: number; after: number; provider: string },
): ChunkRange | undefined => selectNextEnded(db).get(place);

/** The next chunk with held messages. */
export const nextHeldChunk = (
  db: Connection,
  place: { campaignId: number; after: number },
): ChunkRange | undefined => selectNextHeld(db).get({ ...place, provider: "" });

export type EndedRow = {
  seq: number;
  state: 4 | 5 | 6;
  reason: string;
  changedAt: number | null;
};

const selectEnded = statement<[{ campaignId: number; first: number; last: number }], EndedRow>(`
  SELECT seq, state, reason, changed_at AS changedAt
    FROM message
   WHERE campaign_id = @campaignId AND seq BETWEEN @first AND @last AND state > ${messageState.sent}
`);

/** The bounced, failed and skipped messages of a chunk. */
export const endedRows = (
  db: Connection,
  { campaignId, first, last }: { campaignId: number; first: number; last: number },
): EndedRow[] => selectEnded(db).all({ campaignId, first, last });

const reopen = statement<[now: number, campaignId: number, seq: number]>(`
  UPDATE message
     SET state = ${messageState.pending}, reason = '', attempts = 0, due_at = NULL, changed_at = ?
   WHERE campaign_id = ? AND seq = ?
`);

// The run number is part of the Message-ID, so that a receiver which deduplicates by Message-ID accepts the message
// again. Attempts before `since` no longer count.
const upsertRun = statement<[campaignId: number, seq: number, since: number]>(`
  INSERT INTO message_run (campaign_id, seq, run, since) VALUES (?, ?, 1, ?)
      ON CONFLICT (campaign_id, seq) DO UPDATE SET run = run + 1, since = excluded.since
`);

/** Makes a message pending again, as if it had never been attempted. */
export function reopenMessage(db: Connection, campaignId: number, seq: number, now: number): void {
  reopen(db).run(now, campaignId, seq);
  upsertRun(db).run(campaignId, seq, now);
}

const moveChunk = statement<
  [{ campaignId: number; chunkNo: number; pending: number } & Record<string, number>]
>(`
  UPDATE chunk
     SET pending = pending + @pending, held = held + @held, sent = sent + @sent,
         bounced = bounced + @bounced, failed = failed + @failed, skipped = skipped + @skipped
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo
`);

export type Moved = {
  pending: number;
  held: number;
  sent: number;
  bounced: number;
  failed: number;
  skipped: number;
};

/** Applies the moves of a chunk's rows to its counters. */
export function moveChunkCounters(
  db: Connection,
  campaignId: number,
  chunkNo: number,
  moved: Moved,
): void {
  moveChunk(db).run({ campaignId, chunkNo, ...moved });
}

const startAgain = statement<[now: number, campaignId: number]>(`
  UPDATE campaign
     SET status = 'sending', status_reason = '', finished_at = NULL, updated_at = ?
   WHERE id = ? AND status = 'completed'
`);

/** Moves a completed campaign back to `sending`, because it has pending messages again. */
export function sendAgain(db: Connection, campaignId: number, now: number): void {
  startAgain(db).run(now, campaignId);
}

const selectStatus = statement<[campaignId: number], { status: string }>(
  "SELECT status FROM campaign WHERE id = ? AND deleted_at IS NULL",
);

export const statusOf = (db: Connection, campaignId: number): string | undefined =>
  selectStatus(db).get(campaignId)?.status;

const selectHeld = statement<
  [{ campaignId: number; first: number; last: number; seqs: string }],
  { seq: number }
>(`
  SELECT seq
    FROM message
   WHERE campaign_id = @campaignId AND seq BETWEEN @first AND @last
     AND state = ${messageState.held}
     AND (@seqs = '' OR seq IN (SELECT value FROM json_each(@seqs)))
`);

/** The held messages of a chunk. @param seqs Only these; undefined = all. */
export function heldRows(
  db: Connection,
  range: { campaignId: number; first: number; last: number },
  seqs: readonly number[] | undefined,
): number[] {
  const { campaignId, first, last } = range;
  const named = seqs === undefined ? "" : JSON.stringify(seqs);
  return selectHeld(db)
    .all({ campaignId, first, last, seqs: named })
    .map(({ seq }) => seq);
}

const decide = statement<[state: number, now: number, campaignId: number, seq: number]>(`
  UPDATE message
     SET state = ?, reason = 'ambiguous', due_at = NULL, changed_at = ?
   WHERE campaign_id = ? AND seq = ?
`);

/** Ends a held message's wait with the decided state. */
export function decideMessage(
  db: Connection,
  message: { campaignId: number; seq: number },
  state: "pending" | "sent" | "failed",
  now: number,
): void {
  decide(db).run(messageState[state], now, message.campaignId, message.seq);
}
