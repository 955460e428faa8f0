import type { Connection } from "../../platform/db/driver.ts";
import { audienceSlices, maxContactId } from "./audience.store.ts";
import { blockedContacts, withinSlice } from "./blocked.store.ts";
import { audienceToFreeze, completeFreeze, type Run, writeRuns } from "./freeze.store.ts";
import { providerOf, providers } from "./providers.ts";
import { SLICE_IDS } from "./waterfall.ts";

const CHUNK_SIZE = 1_000;
const CHUNKS_PER_TRANSACTION = 20;

const providerIndex = new Map(providers.map((name, index) => [name, index]));

// A sort key packs 53 bits into one float: provider (5), position of the contact's block (16), shuffle hash (16),
// contact id within its block (16). Sorting a Float64Array of a million keys takes 8 MB and a fraction of the time that
// sorting objects does. Contacts are shuffled within blocks of 65,536 ids, and the blocks are reordered, because the
// index from contact to message is ordered by contact id: after a full shuffle every transaction would dirty all of its
// pages (1 GB of log for a million contacts) instead of a few hundred.
const BLOCK_IDS = 2 ** 16;
const MIX = 0x9e37;

/** The result of a freeze: the number of recipients, or undefined when the campaign left `preparing`. */
export type Frozen = number | undefined;

/**
 * Turns the audience of a `preparing` campaign into message and chunk rows and moves it to `sending` (`completed` when
 * there are no recipients). Yields between transactions of at most 20,000 rows.
 *
 * Safe to run again after a crash at any point: contacts that have a row keep it, and the rest are added.
 *
 * @param database Called again after each yield, since the connection may be closed in between.
 * @param system Its instance-wide suppressions are applied as well.
 */
export function* freezeAudience(
  database: () => Connection,
  campaignId: number,
  now: () => number,
  system?: Connection,
): Generator<undefined, Frozen> {
  const audience = audienceToFreeze(database(), campaignId);
  if (audience === undefined) {
    return undefined;
  }
  const blocked = system === undefined ? [] : yield* blockedContacts(database, system, now());
  const slices = audienceSlices(audience);
  const keys: Float64Array[] = [];
  const last = maxContactId(database());
  for (let from = 1; from <= last; from += SLICE_IDS) {
    const to = from + SLICE_IDS - 1;
    const slice = { from, to, now: now(), blocked: withinSlice(blocked, from, to) };
    const rows = slices.eligible(database(), campaignId, slice);
    keys.push(Float64Array.from(rows, ({ id, domain }) => sortKey(campaignId, id, domain)));
    yield;
  }
  const runs = cutIntoRuns(join(keys).sort(), campaignId, last);
  yield;
  for (let i = 0; i < runs.length; i += CHUNKS_PER_TRANSACTION) {
    if (!writeRuns(database(), campaignId, runs.slice(i, i + CHUNKS_PER_TRANSACTION))) {
      return undefined;
    }
    yield;
  }
  return completeFreeze(database(), campaignId, now());
}

function sortKey(campaignId: number, id: number, domain: string): number {
  const provider = providerIndex.get(providerOf(domain)) ?? 0;
  const place = placeOfBlock(campaignId, Math.floor(id / BLOCK_IDS));
  const within = shuffleHash(campaignId, id) * BLOCK_IDS + (id % BLOCK_IDS);
  return (provider * 2 ** 16 + place) * 2 ** 32 + within;
}

/** Permutes the 16-bit numbers: multiplying by an odd factor and XOR are both reversible, so no two blocks collide. */
function placeOfBlock(campaignId: number, block: number): number {
  return ((block * (MIX | 1)) ^ (campaignId * MIX)) & 0xffff;
}

/** 16 well-mixed bits, stable per campaign and contact. @see MurmurHash3's 32-bit finalizer */
function shuffleHash(campaignId: number, id: number): number {
  let hash = Math.imul(id ^ Math.imul(campaignId, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0xffff;
}

function join(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

function cutIntoRuns(sorted: Float64Array, campaignId: number, lastId: number): Run[] {
  const blocks = new Map<number, number>();
  for (let block = 0; block <= lastId / BLOCK_IDS; block++) {
    blocks.set(placeOfBlock(campaignId, block), block);
  }
  const runs: Run[] = [];
  let current: Run | undefined;
  for (const key of sorted) {
    const upper = Math.floor(key / 2 ** 32);
    const provider = providers[upper >>> 16] ?? "other";
    if (current?.provider !== provider || current.ids.length === CHUNK_SIZE) {
      current = { provider, ids: [] };
      runs.push(current);
    }
    current.ids.push((blocks.get(upper & 0xffff) ?? 0) * BLOCK_IDS + (key % BLOCK_IDS));
  }
  return runs;
}
