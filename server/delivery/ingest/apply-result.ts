import type { Connection } from "../../platform/db/driver.ts";
import type { ReleaseFact, ResultFact } from "../facts.ts";
import type { BounceRules } from "../ports.ts";
import { type MessageState, type MessageStateName, messageState } from "../types.ts";
import { earlyBounce } from "./bounces.store.ts";
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
/** The category of an attempt that the report counts among what may have arrived twice. */
const SECOND_COPY = "second_copy";
const stateNames = Object.keys(messageState) as MessageStateName[];

/**
 * Applies what became of one try: the row, its attempt, and the counters of its chunk and campaign.
 *
 * A row that is final already keeps its state, and the attempt is still kept: it did happen, whatever became of
 * the lease under which it was made. One that a server took again, or may have, is listed as a second
 * copy. A fact whose message no longer exists is counted as orphaned.
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
  const early = earlyBounce(message.reason);
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

/** A bounce that was reported ahead of the result decides once the message is sent, and is kept until then. */
function reasonAfter(early: string, marked: string, { st, cat }: ResultFact): string {
  return st === "sent" ? early : st === "deferred" || st === "held" ? marked : cat;
}

/** Gives a chunk back once its counters are written. */
export function applyRelease(db: Connection, batch: Batch, fact: ReleaseFact): void {
  releaseChunk(db, fact.c, fact.ch, fact.ep);
  batch.touched.add(fact.c);
}

/** Writes what the batch's results changed in their chunks. */
export function writeChunkChanges(db: Connection, batch: Batch): void {
  for (const [key, change] of batch.chunks) {
    const campaignId = Number(key.slice(0, key.indexOf("/")));
    moveChunkCounts(db, campaignId, change.chunkNo, change.delta, change.due);
  }
  batch.chunks.clear();
}

/** The person may have the message twice: it was sent, and here is another answer to its final dot. */
function isSecondCopy(state: MessageState, { oc }: ResultFact): boolean {
  const wasSent = state === messageState.sent || state === messageState.bounced;
  return wasSent && (oc === "accepted" || oc === "ambiguous");
}

/** Listed with the ambiguous ones, which are what may have arrived twice. */
function secondCopy(fact: ResultFact): ResultFact {
  return { ...fact, oc: "ambiguous", cat: SECOND_COPY };
}

/** Held rows are not final: an operator decides. */
function isFinal(state: MessageState): boolean {
  return state > messageState.held;
}

export function nameOf(state: MessageState): MessageStateName {
  const name = stateNames[state];
  if (name === undefined) {
    throw new Error(`no message state ${state}`);
  }
  return name;
}

/** Rounded up to the minute, so that retries come in few groups; what is due within a minute is not. */
function dueTime(fact: ResultFact): number {
  const due = fact.due ?? fact.at;
  return due - fact.at <= MINUTE_MS ? due : Math.ceil(due / MINUTE_MS) * MINUTE_MS;
}

/** The changes of the chunk that holds a message, whatever chunk the fact names. */
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
