import type { Connection } from "../../platform/db/driver.ts";
import type { ReleaseFact, ResultFact } from "../facts.ts";
import type { BounceRules } from "../ports.ts";
import { type MessageState, type MessageStateName, messageState } from "../types.ts";
import { earlyBounceCategory } from "./bounces.store.ts";
import type { Batch, ChunkChange } from "./gathered.ts";
import {
  addAttempt,
  type ChunkDelta,
  findChunk,
  findChunkOf,
  findMessage,
  moveChunkCounts,
  moveMessage,
  releaseChunk,
  suppress,
} from "./results.store.ts";
import { strike } from "./strikes.ts";

const MINUTE_MS = 60_000;
/** The category of an attempt that the report lists as a possible duplicate delivery. */
const SECOND_COPY = "second_copy";
const stateNames = Object.keys(messageState) as MessageStateName[];

/**
 * Applies the result of one attempt: the message row, the attempt row, and the counters of its chunk and campaign.
 *
 * A row in a final state keeps it, but the attempt is still recorded, since it happened even if its lease had expired.
 * When such a message was, or may have been, accepted again, the attempt is listed as a second copy. A fact without a
 * message is counted as an orphan.
 */
export function applyResult(
  db: Connection,
  batch: Batch,
  fact: ResultFact,
  rules: BounceRules,
): void {
  const message = findMessage(db, fact.c, fact.s);
  const change = message === undefined ? undefined : changeOf(db, batch, fact);
  if (message === undefined || change === undefined) {
    batch.orphans += 1;
    return;
  }
  if (fact.oc !== "") {
    addAttempt(db, isSecondCopy(message.state, fact) ? secondCopy(fact) : fact);
  }
  if (isFinal(message.state)) {
    batch.late += 1;
    return;
  }
  const early = earlyBounceCategory(message.reason);
  const to = early !== undefined && fact.st === "sent" ? "bounced" : fact.st;
  const due = fact.st === "deferred" ? dueTime(fact) : null;
  const reason = early === undefined ? fact.cat : reasonAfter(early, message.reason, fact);
  moveMessage(db, fact, reason, messageState[to], due);
  change.delta[nameOf(message.state)] -= 1;
  change.delta[to] += 1;
  if (due !== null) {
    change.due = Math.min(change.due ?? due, due);
  }
  batch.counts.addTimed(fact.c, to, fact.at);
  batch.counts.add(fact.c, `category:${fact.cat}`);
  if (fact.sup !== undefined) {
    const source = `campaign:${fact.c}`;
    const { sup: reason, text: detail = "", at } = fact;
    suppress(db, { address: message.address, reason, source, detail, at, expiresAt: null });
  }
  if (fact.strike !== undefined) {
    const { c: campaignId, at, text: detail = "", strike: category } = fact;
    const { address, contactId } = message;
    strike(db, { campaignId, at, detail, category, address, contactId }, rules);
  }
  batch.touched.add(fact.c);
}

/** A bounce reported ahead of the result is kept until the message counts as sent, and then decides its reason. */
function reasonAfter(early: string, marked: string, { st, cat }: ResultFact): string {
  return st === "sent" ? early : st === "deferred" || st === "held" ? marked : cat;
}

/** Releases a chunk's lease; call it after the chunk's counters are written. */
export function applyRelease(db: Connection, batch: Batch, fact: ReleaseFact): void {
  releaseChunk(db, fact.c, fact.ch, fact.ep);
  batch.touched.add(fact.c);
}

/** Writes the counter changes that this batch's results made to their chunks. */
export function writeChunkChanges(db: Connection, batch: Batch): void {
  for (const [key, change] of batch.chunks) {
    const campaignId = Number(key.slice(0, key.indexOf("/")));
    moveChunkCounts(db, campaignId, change.chunkNo, change.delta, change.due);
  }
  batch.chunks.clear();
}

/** True when the recipient may have the message twice: it was sent, and another attempt also reached its final dot. */
function isSecondCopy(state: MessageState, { oc }: ResultFact): boolean {
  const wasSent = state === messageState.sent || state === messageState.bounced;
  return wasSent && (oc === "accepted" || oc === "ambiguous");
}

/** Recorded as ambiguous, because ambiguous attempts are the ones listed as possible duplicates. */
function secondCopy(fact: ResultFact): ResultFact {
  return { ...fact, oc: "ambiguous", cat: SECOND_COPY };
}

/** Held rows are not final: a person still has to decide. */
function isFinal(state: MessageState): boolean {
  return state > messageState.held;
}

export function nameOf(state: MessageState): MessageStateName {
  const name = stateNames[state];
  if (name === undefined) {
    throw new Error(`there is no message state ${state}`);
  }
  return name;
}

/** Rounded up to the minute, so that retries form few groups; a retry due within one minute is not rounded. */
function dueTime(fact: ResultFact): number {
  const due = fact.due ?? fact.at;
  return due - fact.at <= MINUTE_MS ? due : Math.ceil(due / MINUTE_MS) * MINUTE_MS;
}

/** The pending changes of the chunk that contains the message, even when the fact names another chunk. */
export function changeOf(
  db: Connection,
  batch: Batch,
  fact: { c: number; s: number; ch?: number },
): ChunkChange | undefined {
  const key = `${fact.c}/${fact.ch}`;
  const named =
    fact.ch === undefined
      ? undefined
      : (batch.chunkRanges.get(key) ?? findChunk(db, fact.c, fact.ch));
  if (named !== undefined) {
    batch.chunkRanges.set(key, named);
  }
  const fits = named !== undefined && named.first <= fact.s && fact.s <= named.last;
  const chunk = fits ? named : findChunkOf(db, fact.c, fact.s);
  return chunk && gather(batch, fact.c, chunk.chunkNo);
}

function gather(batch: Batch, campaignId: number, chunkNo: number): ChunkChange {
  const key = `${campaignId}/${chunkNo}`;
  let change = batch.chunks.get(key);
  if (change === undefined) {
    change = { chunkNo, delta: noChange(), due: null };
    batch.chunks.set(key, change);
  }
  return change;
}

function noChange(): ChunkDelta {
  return { pending: 0, deferred: 0, held: 0, sent: 0, bounced: 0, failed: 0, skipped: 0 };
}
