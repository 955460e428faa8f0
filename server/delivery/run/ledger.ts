import type { Clock } from "../../platform/clock.ts";
import type { ResultFact, UndotFact } from "../facts.ts";
import { releaseFact } from "./outcome-fact.ts";
import type { Recorder } from "./recorder.ts";
import type { ChunkInHand, MessageInHand, Run } from "./run.ts";

export type LedgerParts = {
  recorder: Recorder;
  clock: Clock;
  /** A chunk went back: the run may be at its end. */
  onReleased: (run: Run) => void;
};

/** Keeps the books of the chunks in hand: each message has one outcome or is given back, then its chunk is. */
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

  /** The message has a new due time and was not tried. */
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

  /** As if they had never been taken: they are still pending. */
  giveBack(run: Run, items: readonly MessageInHand[]): void {
    for (const { chunk } of items) {
      chunk.open -= 1;
    }
    for (const chunk of new Set(items.map((item) => item.chunk))) {
      this.releaseIfDone(run, chunk);
    }
  }

  /** A chunk goes back when every fact about it is durable, so that its release is behind them all. */
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
