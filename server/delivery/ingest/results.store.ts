import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { ResultFact } from "../facts.ts";
import { replacesSuppression } from "../suppression.store.ts";
import type { MessageState, MessageStateName } from "../types.ts";

/** The message columns that applying a fact may read. */
export type MessageRow = {
  state: MessageState;
  contactId: number;
  address: string;
  reason: string;
  changedAt: number | null;
};

const selectMessage = statement<[campaignId: number, seq: number], MessageRow>(`
  SELECT state, contact_id AS contactId, address, reason, changed_at AS changedAt
    FROM message
   WHERE campaign_id = ? AND seq = ?
`);

export function findMessage(db: Connection, campaignId: number, seq: number) {
  return selectMessage(db).get(campaignId, seq);
}

const updateMessage = statement<
  [
    state: number,
    reason: string,
    attempt: number,
    dueAt: number | null,
    at: number,
    campaignId: number,
    seq: number,
  ]
>(`
  UPDATE message
     SET state = ?, reason = ?, attempts = attempts + ?, due_at = ?, changed_at = ?
   WHERE campaign_id = ? AND seq = ?
`);

/** Writes the result of an attempt to the message row. */
export function moveMessage(
  db: Connection,
  fact: ResultFact,
  reason: string,
  state: MessageState,
  dueAt: number | null,
): void {
  updateMessage(db).run(state, reason, fact.n, dueAt, fact.at, fact.c, fact.s);
}

const insertAttempt = statement<(number | string)[]>(`
  INSERT INTO attempt (campaign_id, seq, at, outcome, category, stage, code, enhanced, reply, route_id, host, duration_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
`);

const MAX_REPLY = 300;

export function addAttempt(db: Connection, fact: ResultFact): void {
  insertAttempt(db).run(
    fact.c,
    fact.s,
    fact.at,
    fact.oc,
    fact.cat,
    fact.stage ?? "",
    fact.code ?? 0,
    fact.enh ?? "",
    (fact.text ?? "").slice(0, MAX_REPLY),
    fact.rt ?? 0,
    fact.host ?? "",
    fact.ms ?? 0,
  );
}

/** How many rows of a chunk entered (positive) or left (negative) each state. */
export type ChunkDelta = Record<MessageStateName, number>;

const updateChunk = statement<
  [ChunkDelta & { campaignId: number; chunkNo: number; due: number | null }]
>(`
  UPDATE chunk
     SET pending = pending + @pending, deferred = deferred + @deferred, held = held + @held,
         sent = sent + @sent, bounced = bounced + @bounced, failed = failed + @failed,
         skipped = skipped + @skipped,
         next_due = CASE WHEN @due IS NULL THEN next_due ELSE min(ifnull(next_due, @due), @due) END
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo
`);

export function moveChunkCounts(
  db: Connection,
  campaignId: number,
  chunkNo: number,
  delta: ChunkDelta,
  due: number | null,
): void {
  updateChunk(db).run({ ...delta, campaignId, chunkNo, due });
}

const selectChunkNo = statement<
  [campaignId: number, seq: number, seqAgain: number],
  { chunkNo: number }
>(`
  SELECT chunk_no AS chunkNo
    FROM chunk
   WHERE campaign_id = ? AND first_seq <= ? AND last_seq >= ?
`);

/**
 * The chunk that contains the message. The fact's own chunk number may be wrong, and the counters must follow the row.
 */
export function findChunkOf(db: Connection, campaignId: number, seq: number) {
  return selectChunkNo(db).get(campaignId, seq, seq);
}

const selectChunkRange = statement<
  [campaignId: number, chunkNo: number],
  { chunkNo: number; first: number; last: number }
>(`
  SELECT chunk_no AS chunkNo, first_seq AS first, last_seq AS last
    FROM chunk
   WHERE campaign_id = ? AND chunk_no = ?
`);

export function findChunk(db: Connection, campaignId: number, chunkNo: number) {
  return selectChunkRange(db).get(campaignId, chunkNo);
}

// Comparing the epoch makes a release harmless that arrives after another owner claimed the chunk. `next_due` is
// recomputed, because rows that were due have left.
const clearLease = statement<[{ campaignId: number; chunkNo: number; epoch: number }]>(`
  UPDATE chunk
     SET owner = NULL, lease_until = NULL,
         next_due = (SELECT min(due_at) FROM message
                      WHERE campaign_id = @campaignId AND state = 1
                        AND seq BETWEEN chunk.first_seq AND chunk.last_seq)
   WHERE campaign_id = @campaignId AND chunk_no = @chunkNo AND epoch <= @epoch
`);

export function releaseChunk(
  db: Connection,
  campaignId: number,
  chunkNo: number,
  epoch: number,
): void {
  clearLease(db).run({ campaignId, chunkNo, epoch });
}

const insertSuppression = statement<[NewSuppression]>(`
  INSERT INTO suppression (address, reason, source, detail, created_at, expires_at)
  VALUES (@address, @reason, @source, @detail, @at, @expiresAt)
      ON CONFLICT (address) DO UPDATE
     SET reason = excluded.reason, source = excluded.source, detail = excluded.detail,
         created_at = excluded.created_at, expires_at = excluded.expires_at
   WHERE ${replacesSuppression}
`);

export type NewSuppression = {
  address: string;
  reason: "hard_bounce" | "unsubscribed" | "complaint";
  source: string;
  detail: string;
  at: number;
  /** Unix ms; null = permanent. */
  expiresAt: number | null;
};

/** Suppresses an address, unless an existing suppression of equal or greater weight remains (`replacesSuppression`). */
export function suppress(db: Connection, suppression: NewSuppression): void {
  insertSuppression(db).run(suppression);
}

const unsubscribeLists = statement<[at: number, reason: string, contactId: number]>(`
  UPDATE list_contact
     SET status = 'unsubscribed', changed_at = ?, reason = ?
   WHERE contact_id = ? AND status <> 'unsubscribed'
`);

export function unsubscribeFromLists(
  db: Connection,
  contactId: number,
  reason: string,
  at: number,
): void {
  unsubscribeLists(db).run(at, reason, contactId);
}
