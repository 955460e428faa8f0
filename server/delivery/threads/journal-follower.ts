import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { JournalReader } from "../../platform/journal/reader.ts";
import {
  type Position,
  readDurable,
  removeSegmentsBelow,
  streamStart,
} from "../../platform/journal/segments.ts";
import type { Fact } from "../facts.ts";
import type { GatheredFact } from "../ingest/gathered.ts";
import type { Ingester } from "../ingest/ingester.ts";
import type { NodeIdentity, StreamMarks } from "../protocol.ts";
import type { JournalLosses } from "./journal-losses.ts";
import { openStreams, type Stream } from "./journal-streams.ts";
import { saveReached } from "./lost-results.store.ts";

const DROP_EVERY_MS = 60_000;

/** Feeds the records of this node's streams to the ingester, and removes segments that are no longer needed. */
export class JournalFollower {
  readonly #system: Connection;
  readonly #ingester: Ingester;
  readonly #losses: JournalLosses;
  readonly #clock: Clock;
  #droppedAt: number;
  readonly #streams: Stream[];

  constructor(
    identity: NodeIdentity,
    marks: StreamMarks,
    parts: { system: Connection; ingester: Ingester; losses: JournalLosses; clock: Clock },
  ) {
    const { system, ingester, losses, clock } = parts;
    this.#system = system;
    this.#losses = losses;
    this.#clock = clock;
    this.#droppedAt = clock();
    this.#ingester = ingester;
    this.#streams = openStreams(identity, marks, (stream, at, bytes) =>
      losses.damaged(stream, at, bytes),
    );
  }

  /** Applies everything that can be read now. */
  readAll(): void {
    for (const stream of this.#streams) {
      let records = this.#ingester.isFull ? [] : stream.reader.next();
      while (records.length > 0) {
        this.#ingester.take(stream.name, records);
        if (this.#ingester.isFull) {
          this.#ingester.flush();
        }
        records = this.#ingester.isFull ? [] : stream.reader.next();
      }
    }
    this.#ingester.flush();
    this.#losses.raiseMarks(this.#streams);
  }

  /**
   * From now on, reads only up to the durable mark. During recovery, all surviving records were applied. From here on,
   * other threads append records, and a record whose write failed must not be applied.
   */
  followDurable(): void {
    for (const stream of this.#streams) {
      const from = stream.reader.position;
      stream.reader.close();
      const limit = () => readDurable(stream.mark);
      const onDamage = (at: Position, bytes: number) =>
        this.#losses.damaged(stream.short, at, bytes);
      stream.reader = new JournalReader({ dir: stream.dir, from, limit, onDamage });
    }
  }

  /** The workspace's facts that are still in the journal after the given positions, up to what has been read. */
  *factsOf(workspaceId: string, above: ReadonlyMap<string, Position>): Generator<GatheredFact[]> {
    for (const stream of this.#streams) {
      const limit = () => stream.reader.position;
      const from = above.get(stream.name) ?? streamStart;
      const reader = new JournalReader({ dir: stream.dir, from, limit });
      try {
        for (let records = reader.next(); records.length > 0; records = reader.next()) {
          yield records
            .map(({ payload, end }) => ({
              stream: stream.name,
              end,
              fact: JSON.parse(payload) as Fact,
            }))
            .filter(({ fact }) => fact.w === workspaceId && fact.k !== "dot" && fact.k !== "undot");
        }
      } finally {
        reader.close();
      }
    }
  }

  /** Removes segments whose records have all been applied: once a minute, or at once with "now". */
  dropApplied(when: "in time" | "now" = "in time"): void {
    if (when === "in time" && this.#clock() - this.#droppedAt <= DROP_EVERY_MS) {
      return;
    }
    this.#droppedAt = this.#clock();
    for (const stream of this.#streams) {
      const below = this.#ingester.removableBelow(stream.name, stream.reader.position.segment);
      if (below > 0) {
        const { ends } = this.#ingester;
        saveReached(this.#system, ends.below(stream.name, below));
        ends.forgetBelow(stream.name, below);
        removeSegmentsBelow(stream.dir, below);
      }
    }
  }

  close(): void {
    for (const { reader } of this.#streams) {
      reader.close();
    }
  }
}
