import type { Position } from "../../platform/journal/segments.ts";
import type { Fact } from "../facts.ts";
import type { Counts } from "./counts.store.ts";
import type { ChunkDelta } from "./results.store.ts";

/** A batch's changes to one chunk, written once at its end. */
export type ChunkChange = {
  chunkNo: number;
  delta: ChunkDelta;
  due: number | null;
};

/** A fact and the position in its stream where it ends. */
export type GatheredFact = { stream: string; end: Position; fact: Fact };

/** Sums since the process started. */
export type IngestTotals = {
  applied: number;
  orphans: number;
  late: number;
  rejected: number;
};

/** State of one transaction while its facts are applied. */
export type Batch = {
  counts: Counts;
  /** By `<campaign>/<chunk>`: changes not written yet. */
  chunks: Map<string, ChunkChange>;
  /** By `<campaign>/<chunk>`: the chunk's range of seq, as read from the database. */
  chunkRanges: Map<string, { chunkNo: number; first: number; last: number }>;
  /** Campaigns whose rows or leases changed. */
  touched: Set<number>;
  /** Campaigns with new engagement. */
  engaged: Set<number>;
  /** Facts whose message does not exist, for example because its campaign was deleted. */
  orphans: number;
  /** Results for rows that were already final. */
  late: number;
};

/** The earliest retry time among these facts; undefined when none is deferred. */
export function earliestDue(items: readonly GatheredFact[]): number | undefined {
  let earliest: number | undefined;
  for (const { fact } of items) {
    if (fact.k === "result" && fact.st === "deferred") {
      const due = fact.due ?? fact.at;
      earliest = earliest === undefined ? due : Math.min(earliest, due);
    }
  }
  return earliest;
}
