import type { Clock } from "../../platform/clock.ts";
import { isBusy } from "../../platform/db/busy.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { ReadRecord } from "../../platform/journal/reader.ts";
import { comparePositions, type Position } from "../../platform/journal/segments.ts";
import { log } from "../../platform/log.ts";
import type { DotFact, Fact } from "../facts.ts";
import type { DuePort } from "../ports.ts";
import { AppliedEnds } from "./applied-ends.ts";
import { type Applied, applyBatch, applyDirectly, type Rules } from "./batch.ts";
import { earliestDue, type GatheredFact, type IngestTotals } from "./gathered.ts";
import type { KeptFacts } from "./kept-facts.ts";
import { isPassing, isSetAside } from "./passing.ts";
import { appliedPositions, knownPositions, savePosition, syncCommitted } from "./position.store.ts";

const MAX_BATCH = 1_000;
const MAX_WAITING = 50_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

export type IngestPorts = Rules & {
  /**
   * The workspace's connection, or undefined when the workspace no longer exists.
   *
   * @throws AppError `workspace_unavailable` while it is set aside.
   */
  workspace: (id: string) => Connection | undefined;
  /** Takes the facts of workspaces that are set aside. */
  kept: KeptFacts;
  due: DuePort;
  onApplied: (workspaceId: string, applied: Applied) => void;
  clock: Clock;
};

/** The facts that a workspace's file has missed, in the order of each stream. */
export type MissedFacts = (
  workspaceId: string,
  above: ReadonlyMap<string, Position>,
) => Iterable<GatheredFact[]>;

/** A dot that no result has followed yet: its message may have arrived. */
export type OpenDot = { fact: DotFact; at: Position };

type Inbox = {
  positions: Map<string, Position>;
  items: GatheredFact[];
  /** Its database refused the last batch; what waits for it must not hold up the others. */
  isStuck: boolean;
  /** Not tried before this instant of `performance.now()`; and how long the last pause was. */
  againAt: number;
  pauseMs: number;
};

/**
 * Applies the facts of all streams to the workspaces' databases.
 *
 * Exactly once, whatever line a crash falls between: a fact is only ever applied in the transaction that
 * also moves `ingest_position` past it, and a fact at or before that position is skipped. A stream is
 * read from its oldest kept segment after a start, and a segment is only removed when every fact in it
 * is applied, durably, and none of its dots still waits for a result.
 */
export class Ingester {
  readonly #ports: IngestPorts;
  readonly #inboxes = new Map<string, Inbox>();
  readonly #openDots = new Map<string, OpenDot & { stream: string }>();
  readonly #unsynced = new Set<string>();
  readonly #read = new Map<string, Position>();
  #waiting = 0;
  /** What is in the files already, for when the segments that say so are removed. */
  readonly ends = new AppliedEnds();
  readonly totals: IngestTotals = { applied: 0, orphans: 0, late: 0, rejected: 0 };

  constructor(ports: IngestPorts) {
    this.#ports = ports;
  }

  /** How many facts are read and not applied yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** True when no more should be read before some of what waits is applied. */
  get isFull(): boolean {
    let stuck = 0;
    for (const inbox of this.#inboxes.values()) {
      stuck += inbox.isStuck ? inbox.items.length : 0;
    }
    return this.#waiting - stuck >= MAX_WAITING;
  }

  /** True while facts of the workspace are read and not applied, or some of them may not be read yet. */
  owes(workspaceId: string): boolean {
    return this.isFull || this.#inboxes.has(workspaceId) || this.#ports.kept.has(workspaceId);
  }

  /** Takes records read from `stream`, in order. They are applied by `flush`. */
  take(stream: string, records: readonly ReadRecord[]): void {
    for (const { payload, end } of records) {
      // Written by this program and covered by a checksum, so it is a Fact.
      this.#takeFact(stream, JSON.parse(payload) as Fact, end);
      this.#read.set(stream, end);
    }
    this.#moveAside();
  }

  /** Applies what was taken, in transactions of at most 1,000 facts of one workspace. */
  flush(): void {
    this.#moveAside();
    const { kept } = this.#ports;
    const now = performance.now();
    for (const [workspaceId, inbox] of this.#inboxes) {
      if (inbox.againAt > now || kept.has(workspaceId)) {
        continue;
      }
      while (inbox.items.length > 0 && this.#applyNext(workspaceId, inbox)) {
        // Each turn takes one batch off the inbox.
      }
      if (inbox.items.length === 0) {
        this.#inboxes.delete(workspaceId);
      }
    }
  }

  /**
   * Applies what a workspace that was set aside has missed, batch by batch: first what the journal still holds above the
   * positions of its file, which may be an older copy, then what was kept. New facts go on being kept until all is
   * applied, so that their order stays.
   *
   * @param missed The facts of the journal above these positions, up to what was taken.
   * @throws AppError `workspace_unavailable` when it is set aside still, and errors of SQLite: what is kept stays then.
   */
  *revive(workspaceId: string, missed: MissedFacts): Generator<undefined, void> {
    const { kept } = this.#ports;
    const db = this.#ports.workspace(workspaceId);
    if (db !== undefined) {
      const firstKept = kept.first(workspaceId);
      // What was kept may be older than the journal's oldest segment: the journal must not get ahead of it.
      const isBefore = ({ stream, end }: GatheredFact) => {
        const first = firstKept.get(stream);
        return first === undefined || comparePositions(end, first) < 0;
      };
      for (const items of missed(workspaceId, appliedPositions(db))) {
        yield* this.#applyInBatches(workspaceId, items.filter(isBefore));
        // Most of the journal may be of others: to read all of it takes longer than they should wait.
        yield;
      }
      for (const items of kept.read(workspaceId)) {
        yield* this.#applyInBatches(workspaceId, items);
      }
    }
    const now = this.#ports.workspace(workspaceId);
    if (now === undefined || syncCommitted(now)) {
      kept.drop(workspaceId);
    }
  }

  /**
   * Applies facts that no journal holds, batch by batch. Nothing but the rows remembers them, so a crash in between must
   * find the rest again by the rows.
   */
  *applyDirectly(workspaceId: string, facts: readonly Fact[]): Generator<undefined, void> {
    const { clock } = this.#ports;
    for (let from = 0; from < facts.length; from += MAX_BATCH) {
      const db = this.#ports.workspace(workspaceId);
      if (db !== undefined) {
        const some = facts.slice(from, from + MAX_BATCH);
        this.#tell(workspaceId, applyDirectly(db, some, this.#ports, clock()));
      }
      yield;
    }
  }

  *#applyInBatches(
    workspaceId: string,
    items: readonly GatheredFact[],
  ): Generator<undefined, void> {
    for (let from = 0; from < items.length; from += MAX_BATCH) {
      const db = this.#ports.workspace(workspaceId);
      if (db === undefined) {
        return;
      }
      this.#applyAll(workspaceId, db, items.slice(from, from + MAX_BATCH));
      yield;
    }
  }

  /** The dots without a result, oldest first: the ambiguous messages, once a dead writer's stream is read. */
  openDots(): OpenDot[] {
    return [...this.#openDots.values()].map(({ fact, at }) => ({ fact, at }));
  }

  /**
   * The number below which a stream's segments may be removed, after making what was applied survive a
   * power cut. 0 when that is not possible now.
   *
   * @param reading The segment that is being read: all records of those before were taken.
   */
  removableBelow(stream: string, reading = 0): number {
    this.#ports.kept.sync();
    for (const workspaceId of this.#unsynced) {
      if (this.#isSynced(workspaceId)) {
        this.#unsynced.delete(workspaceId);
      }
    }
    const read = this.#read.get(stream);
    if (read === undefined || this.#unsynced.size > 0) {
      return 0;
    }
    let lowest = Math.max(read.segment, reading);
    for (const inbox of this.#inboxes.values()) {
      for (const item of inbox.items) {
        lowest = item.stream === stream ? Math.min(lowest, item.end.segment) : lowest;
      }
    }
    for (const dot of this.#openDots.values()) {
      lowest = dot.stream === stream ? Math.min(lowest, dot.at.segment) : lowest;
    }
    return lowest;
  }

  #takeFact(stream: string, fact: Fact, end: Position): void {
    const name = `${fact.w}/${fact.c}/${"s" in fact ? fact.s : ""}`;
    if (fact.k === "dot") {
      this.#openDots.set(name, { fact, at: end, stream });
      return;
    }
    if (fact.k === "undot") {
      // One that could not be written at once may come after the dot of the next try, which it says nothing of.
      if (this.#openDots.get(name)?.fact.at === fact.at) {
        this.#openDots.delete(name);
      }
      return;
    }
    if (fact.k === "result") {
      this.#openDots.delete(name);
    }
    const inbox = this.#inbox(fact.w);
    const applied = inbox?.positions.get(stream);
    if (inbox === undefined) {
      this.totals.orphans += 1;
    } else if (applied === undefined || comparePositions(applied, end) < 0) {
      inbox.items.push({ stream, end, fact });
      this.#waiting += 1;
    } else {
      this.ends.note(fact.w, stream, end);
    }
  }

  /** What one may not apply is not lost: it goes where the workspace finds it when it is brought back. */
  #moveAside(): void {
    const { kept } = this.#ports;
    const now = performance.now();
    for (const [workspaceId, inbox] of this.#inboxes) {
      if (inbox.items.length === 0 || inbox.againAt > now || !this.#isKept(workspaceId)) {
        continue;
      }
      try {
        kept.add(workspaceId, inbox.items);
        this.#waiting -= inbox.items.length;
        this.#inboxes.delete(workspaceId);
      } catch (error) {
        // It must not be applied ahead of what was kept before: it stays here, and is moved with the next flush.
        this.#pause(workspaceId, inbox, error);
      }
    }
  }

  #isKept(workspaceId: string): boolean {
    return this.#ports.kept.has(workspaceId) || this.#find(workspaceId) === "aside";
  }

  /** "unknown" while the file cannot be opened for another reason, which applying its facts tells of. */
  #find(workspaceId: string): Connection | "aside" | "unknown" | undefined {
    try {
      return this.#ports.workspace(workspaceId);
    } catch (error) {
      return isSetAside(error) ? "aside" : "unknown";
    }
  }

  #isSynced(workspaceId: string): boolean {
    const db = this.#find(workspaceId);
    // What a damaged file has taken and may lose again, nobody can make durable.
    return db === undefined || db === "aside" || (db !== "unknown" && syncCommitted(db));
  }

  /**
   * Where the workspace's facts wait; undefined when it is gone. Never fails, since nobody reads a record again: where the
   * positions cannot be read now, they are asked for when the facts are applied.
   */
  #inbox(workspaceId: string): Inbox | undefined {
    let inbox = this.#inboxes.get(workspaceId);
    if (inbox === undefined) {
      const db = this.#ports.kept.has(workspaceId) ? "aside" : this.#find(workspaceId);
      if (db === undefined) {
        return undefined;
      }
      const positions = typeof db === "string" ? new Map<string, Position>() : knownPositions(db);
      inbox = { positions, items: [], isStuck: false, againAt: 0, pauseMs: 0 };
      this.#inboxes.set(workspaceId, inbox);
    }
    return inbox;
  }

  /** @returns false when the rest of the inbox has to wait. */
  #applyNext(workspaceId: string, inbox: Inbox): boolean {
    const items = inbox.items.slice(0, MAX_BATCH);
    try {
      const db = this.#ports.workspace(workspaceId);
      if (db === undefined) {
        this.totals.orphans += items.length;
      } else {
        this.#applyAll(workspaceId, db, items);
      }
    } catch (error) {
      if (isSetAside(error)) {
        inbox.isStuck = true;
      } else {
        this.#pause(workspaceId, inbox, error);
      }
      return false;
    }
    inbox.isStuck = false;
    inbox.pauseMs = 0;
    inbox.items.splice(0, items.length);
    this.#waiting -= items.length;
    return true;
  }

  // Each try of a locked file costs everybody the time-out of its connection: they get rarer while it lasts.
  #pause(workspaceId: string, inbox: Inbox, error: unknown): void {
    inbox.isStuck = true;
    if (!isBusy(error)) {
      log.error({ workspaceId, err: error }, "facts wait: the database cannot be written");
      return;
    }
    inbox.pauseMs = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, inbox.pauseMs * 2));
    inbox.againAt = performance.now() + inbox.pauseMs;
  }

  #applyAll(workspaceId: string, db: Connection, items: readonly GatheredFact[]): void {
    try {
      this.#apply(workspaceId, db, items);
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      this.#applySingly(workspaceId, db, items);
    }
  }

  #apply(workspaceId: string, db: Connection, items: readonly GatheredFact[]): void {
    const due = earliestDue(items);
    if (due !== undefined) {
      this.#ports.due.lower(workspaceId, due);
    }
    this.#tell(workspaceId, applyBatch(db, items, this.#ports, this.#ports.clock()));
    this.totals.applied += items.length;
    for (const { stream, end } of items) {
      this.ends.note(workspaceId, stream, end);
    }
  }

  #tell(workspaceId: string, applied: Applied): void {
    this.#unsynced.add(workspaceId);
    this.totals.orphans += applied.orphans;
    this.totals.late += applied.late;
    if (applied.orphans > 0 || applied.late > 0) {
      log.warn(
        { workspaceId, orphans: applied.orphans, late: applied.late },
        "facts without effect",
      );
    }
    this.#ports.onApplied(workspaceId, applied);
    try {
      this.#ports.due.refresh(workspaceId);
    } catch (error) {
      // The facts are applied whatever becomes of the due time, which is too early at worst and costs a look.
      log.warn({ workspaceId, err: error }, "the due time of a workspace could not be kept");
    }
  }

  // One fact that its database refuses must not hold up all that follow it: the batch is applied fact
  // by fact, and the one at fault is put aside, loudly, with its position.
  #applySingly(workspaceId: string, db: Connection, items: readonly GatheredFact[]): void {
    for (const item of items) {
      try {
        this.#apply(workspaceId, db, [item]);
      } catch (error) {
        if (isPassing(error)) {
          throw error;
        }
        savePosition(db, item.stream, item.end);
        this.totals.rejected += 1;
        log.error({ workspaceId, kind: item.fact.k, end: item.end, err: error }, "fact refused");
      }
    }
  }
}
