import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import {
  type ConsentRefusal,
  type ConsentRule,
  consentRule,
  frozenAudience,
} from "../consent.store.ts";
import { messageState } from "../types.ts";
import {
  type ChunkRange,
  decideMessage,
  type EndedRow,
  endedRows,
  heldRows,
  type Moved,
  moveChunkCounters,
  nextEndedChunk,
  nextHeldChunk,
  reopenMessage,
  sendAgain,
  statusOf,
} from "./requeue.store.ts";

/** Selects the messages to send again. */
export type RetryFilter = {
  states: ("bounced" | "failed" | "skipped")[];
  /** Category or reason; omitted = any. */
  reason?: string;
  /** Destination provider; omitted = any. */
  provider?: string;
};

/** The outcome of a retry: `matching = retry + suppressed + gone`. */
export type RetryCount = {
  matching: number;
  retry: number;
  /** Messages that must not be sent: the contact may not be mailed at all, or not by this campaign. */
  suppressed: number;
  /** Messages whose contact was deleted or merged into another one. */
  gone: number;
};

/**
 * The campaign's counters. `write` stores the changes since this object was created; call it in the transaction that
 * moves the rows.
 */
export type StateCounts = {
  addTimed: (campaignId: number, state: string, at: number) => void;
  takeTimed: (campaignId: number, state: string, at: number) => void;
  write: (db: Connection) => void;
};

export type RetryRequest = {
  campaignId: number;
  filter: RetryFilter;
  now: number;
  /** The reason why the instance or a blocked domain forbids mail to an address. */
  isBlocked: (address: string) => string | undefined;
};

/** The work per chunk that has bounced, failed or skipped messages. */
type ChunkWork = (chunk: ChunkRange, total: RetryCount, rule: ConsentRule) => void;

const retryable = ["completed", "sending", "pausing", "paused"];
/** A cancelled campaign sends nothing, but its held messages can still be decided to count as sent or failed. */
const decidable = [...retryable, "cancelled"];
const stateName = { 4: "bounced", 5: "failed", 6: "skipped" } as const;

/**
 * Skip reasons that may no longer apply. All others are final: the contact opted out, or the campaign was cancelled.
 */
const passing = ["contact_deleted"];

const isFinalSkip = ({ state, reason }: EndedRow): boolean =>
  state === messageState.skipped && !passing.includes(reason);

/**
 * Sends ended messages again, on a person's request. Each chunk is one transaction, so that the counters always match
 * the rows. A completed campaign returns to `sending` with the first chunk.
 *
 * @throws AppError `not_found`; `illegal_state` for a campaign that was cancelled or not begun.
 */
export function* retryMessages(
  database: () => Connection,
  request: RetryRequest,
  newCounts: () => StateCounts,
): Generator<undefined, RetryCount> {
  return yield* perEndedChunk(database, request, (chunk, total, rule) => {
    const work = { ...request, rule, counts: newCounts() };
    inTransaction(database(), () => retryChunk(database(), chunk, work, total));
  });
}

/**
 * Counts what `retryMessages` would do now, without changing anything.
 *
 * @throws the errors of `retryMessages`.
 */
export function* countRetry(
  database: () => Connection,
  request: RetryRequest,
): Generator<undefined, RetryCount> {
  return yield* perEndedChunk(database, request, (chunk, total, rule) => {
    toRetry(database(), chunk, { ...request, rule }, total);
  });
}

function* perEndedChunk(
  database: () => Connection,
  { campaignId, filter }: RetryRequest,
  work: ChunkWork,
): Generator<undefined, RetryCount> {
  requireStatus(database(), campaignId);
  const rule = consentRule(frozenAudience(database(), campaignId));
  const total: RetryCount = { matching: 0, retry: 0, suppressed: 0, gone: 0 };
  let after = -1;
  for (;;) {
    const place = { campaignId, after, provider: filter.provider ?? "" };
    const chunk = nextEndedChunk(database(), place);
    if (chunk === undefined) {
      return total;
    }
    work(chunk, total, rule);
    after = chunk.chunkNo;
    yield;
  }
}

/** The messages of a chunk that may be sent again. Adds every message the filter matches to `total`. */
function toRetry(
  db: Connection,
  chunk: ChunkRange,
  { campaignId, filter, now, isBlocked, rule }: RetryRequest & { rule: ConsentRule },
  total: RetryCount,
): EndedRow[] {
  const { first, last } = chunk;
  const judged = rule(db, { campaignId, first, last, now, isBlocked, which: "ended" });
  const meant = endedRows(db, { campaignId, first, last }).filter((row) => isMeant(row, filter));
  const mailable = meant.filter(({ seq }) => judged.get(seq) === undefined);
  const gone = meant.filter(({ seq }) => isGone(judged.get(seq)));
  total.matching += meant.length;
  total.suppressed += meant.length - mailable.length - gone.length;
  total.gone += gone.length;
  total.retry += mailable.length;
  return mailable;
}

function retryChunk(
  db: Connection,
  chunk: ChunkRange,
  request: RetryRequest & { rule: ConsentRule; counts: StateCounts },
  total: RetryCount,
): void {
  const { campaignId, now, counts } = request;
  const moved = nothingMoved();
  for (const row of toRetry(db, chunk, request, total)) {
    const state = stateName[row.state];
    moved[state] -= 1;
    moved.pending += 1;
    counts.takeTimed(campaignId, state, row.changedAt ?? now);
    reopenMessage(db, campaignId, row.seq, now);
  }
  if (moved.pending > 0) {
    moveChunkCounters(db, campaignId, chunk.chunkNo, moved);
    counts.write(db);
    sendAgain(db, campaignId, now);
  }
}

const isGone = (why: ConsentRefusal): boolean => why === "contact_deleted" || why === "merged";

function isMeant(row: EndedRow, { states, reason }: RetryFilter): boolean {
  return (
    states.includes(stateName[row.state]) &&
    (reason === undefined || row.reason === reason) &&
    !isFinalSkip(row)
  );
}

export type HeldDecision = "resend" | "sent" | "failed";

type HeldRequest = {
  campaignId: number;
  /** Undefined = all held messages. */
  seqs: number[] | undefined;
  decision: HeldDecision;
  now: number;
};

/**
 * Decides held messages: sends them again with the same Message-ID, or counts them as sent or failed.
 *
 * @returns how many. @throws AppError `not_found`, `illegal_state`.
 */
export function* decideHeld(
  database: () => Connection,
  request: HeldRequest,
  newCounts: () => StateCounts,
): Generator<undefined, number> {
  const { campaignId, decision } = request;
  requireStatus(database(), campaignId, decision === "resend" ? retryable : decidable);
  let decided = 0;
  let after = -1;
  for (;;) {
    const chunk = nextHeldChunk(database(), { campaignId, after });
    if (chunk === undefined) {
      return decided;
    }
    const counts = newCounts();
    decided += inTransaction(database(), () => decideChunk(database(), chunk, request, counts));
    after = chunk.chunkNo;
    yield;
  }
}

function decideChunk(
  db: Connection,
  chunk: ChunkRange,
  request: HeldRequest,
  counts: StateCounts,
): number {
  const { campaignId, decision, now } = request;
  const state = decision === "resend" ? "pending" : decision;
  const moved = nothingMoved();
  for (const seq of heldRows(db, { campaignId, ...chunk }, request.seqs)) {
    decideMessage(db, { campaignId, seq }, state, now);
    moved.held -= 1;
    moved[state] += 1;
    if (state !== "pending") {
      counts.addTimed(campaignId, state, now);
    }
  }
  if (moved.held < 0) {
    moveChunkCounters(db, campaignId, chunk.chunkNo, moved);
    counts.write(db);
  }
  return -moved.held;
}

function requireStatus(db: Connection, campaignId: number, allowed = retryable): void {
  const status = statusOf(db, campaignId);
  if (status === undefined) {
    throw notFound("campaign");
  }
  if (!allowed.includes(status)) {
    throw new AppError("illegal_state", because("campaign_not_retryable"));
  }
}

function nothingMoved(): Moved {
  return { pending: 0, held: 0, sent: 0, bounced: 0, failed: 0, skipped: 0 };
}
