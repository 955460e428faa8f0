import type { Clock } from "../../platform/clock.ts";
import type { ResultFact, UndotFact } from "../facts.ts";
import { releaseFact } from "./outcome-fact.ts";
import type { Recorder } from "./recorder.ts";
import type { ChunkInHand, MessageInHand, Run } from "./run.ts";

export type LedgerParts = {
  recorder: Recorder;
  clock: Clock;
  /** A chunk was released, so the run may be finished. */
  onReleased: (run: Run) => void;
};

/**
 * Accounts for the chunks in hand: each message is settled, postponed or given back, and then its chunk is released.
 */
export class Ledger {
  readonly #parts: LedgerParts;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** The message has an outcome. */
  settle(run: Run, item: MessageInHand, fact: ResultFact): void {
    run.finished += 1;
    this.#close(run, item, fact);
  }

  /** The message was not tried and has a new due time. */
  postpone(run: Run, item: MessageInHand, fact: ResultFact): void {
    this.#close(run, item, fact);
  }

  record(run: Run, chunk: ChunkInHand, fact: ResultFact | UndotFact): void {
    chunk.unrecorded += 1;
    void this.#parts.recorder.keep(fact).then(() => {
      chunk.unrecorded -= 1;
      this.releaseIfDone(run, chunk);
    });
  }

  /** Gives messages back as pending, as if they had never been loaded. */
  giveBack(run: Run, items: readonly MessageInHand[]): void {
    for (const { chunk } of items) {
      chunk.open -= 1;
    }
    for (const chunk of new Set(items.map((item) => item.chunk))) {
      this.releaseIfDone(run, chunk);
    }
  }

  /** Releases a chunk once all facts about it are durable, so that the release comes after them in the journal. */
  releaseIfDone(run: Run, chunk: ChunkInHand): void {
    if (chunk.open > 0 || chunk.unrecorded > 0 || !run.chunks.delete(chunk)) {
      return;
    }
    void this.#parts.recorder
      .keep(releaseFact(run, chunk, this.#parts.clock()))
      .then(() => this.#parts.onReleased(run));
  }

  #close(run: Run, item: MessageInHand, fact: ResultFact): void {
    item.chunk.open -= 1;
    this.record(run, item.chunk, fact);
  }
}
