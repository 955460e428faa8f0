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
   * @throws AppError `workspace_unavailable` while the workspace is set aside.
   */
  workspace: (id: string) => Connection | undefined;
  /** Stores the facts of workspaces that are set aside. */
  kept: KeptFacts;
  due: DuePort;
  onApplied: (workspaceId: string, applied: Applied) => void;
  clock: Clock;
};

/** The facts missing from a workspace's file, in stream order. */
export type MissedFacts = (
  workspaceId: string,
  above: ReadonlyMap<string, Position>,
) => Iterable<GatheredFact[]>;

/** A dot record without a result yet: its message may have been delivered. */
export type OpenDot = { fact: DotFact; at: Position };

type Inbox = {
  positions: Map<string, Position>;
  items: GatheredFact[];
  /** Its database refused the last batch. `isFull` ignores its facts, so that others are not delayed. */
  isStuck: boolean;
  /** Earliest time of the next attempt, on the clock of `performance.now()`. */
  againAt: number;
  pauseMs: number;
};

/**
 * Applies the facts of all streams to the workspaces' databases.
 *
 * Each fact is applied exactly once, wherever a crash happens: it is applied only in the transaction that also advances
 * `ingest_position` past it, and facts at or before that position are skipped. After a start, a stream is read from its
 * oldest segment. A segment is removed only when every fact in it has been applied durably and none of its dots is
 * still waiting for a result.
 */
export class Ingester {
  readonly #ports: IngestPorts;
  readonly #inboxes = new Map<string, Inbox>();
  readonly #openDots = new Map<string, OpenDot & { stream: string }>();
  readonly #unsynced = new Set<string>();
  readonly #read = new Map<string, Position>();
  #waiting = 0;
  /** Where the committed facts end. Needed when the segments that prove it are removed. */
  readonly ends = new AppliedEnds();
  readonly totals: IngestTotals = { applied: 0, orphans: 0, late: 0, rejected: 0 };

  constructor(ports: IngestPorts) {
    this.#ports = ports;
  }

  /** Number of facts that are read but not applied yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** True when reading must stop until some of the waiting facts have been applied. */
  get isFull(): boolean {
    let stuck = 0;
    for (const inbox of this.#inboxes.values()) {
      stuck += inbox.isStuck ? inbox.items.length : 0;
    }
    return this.#waiting - stuck >= MAX_WAITING;
  }

  /** True while facts of the workspace may be unapplied, whether read or not yet read. */
  owes(workspaceId: string): boolean {
    return this.isFull || this.#inboxes.has(workspaceId) || this.#ports.kept.has(workspaceId);
  }

  /** Takes records read from `stream`, in order. `flush` applies them. */
  take(stream: string, records: readonly ReadRecord[]): void {
    for (const { payload, end } of records) {
      // Written by this program and protected by a checksum, so it needs no validation.
      this.#takeFact(stream, JSON.parse(payload) as Fact, end);
      this.#read.set(stream, end);
    }
    this.#moveAside();
  }

  /** Applies the waiting facts, in transactions of at most 1,000 facts of one workspace. */
  flush(): void {
    this.#moveAside();
    const { kept } = this.#ports;
    const now = performance.now();
    for (const [workspaceId, inbox] of this.#inboxes) {
      if (inbox.againAt > now || kept.has(workspaceId)) {
        continue;
      }
      while (inbox.items.length > 0 && this.#applyNext(workspaceId, inbox)) {
        // Each iteration removes one batch from the inbox.
      }
      if (inbox.items.length === 0) {
        this.#inboxes.delete(workspaceId);
      }
    }
  }

  /**
   * Applies everything a workspace has missed while it was set aside, batch by batch: first the facts of the journal
   * above the positions in its file, which may be an older copy, then the kept facts. New facts are kept until all are
   * applied, so that the order is preserved.
   *
   * @param missed The journal's facts above these positions, up to the last one taken.
   * @throws AppError `workspace_unavailable` while it is still set aside, and SQLite errors; the kept facts remain.
   */
  *revive(workspaceId: string, missed: MissedFacts): Generator<undefined, void> {
    const { kept } = this.#ports;
    const db = this.#ports.workspace(workspaceId);
    if (db !== undefined) {
      const firstKept = kept.first(workspaceId);
      // A kept fact may be older than the journal's oldest segment and must be applied before later journal facts.
      const isBefore = ({ stream, end }: GatheredFact) => {
        const first = firstKept.get(stream);
        return first === undefined || comparePositions(end, first) < 0;
      };
      for (const items of missed(workspaceId, appliedPositions(db))) {
        yield* this.#applyInBatches(workspaceId, items.filter(isBefore));
        // Most of the journal may belong to other workspaces; reading it in one go would block the thread too long.
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
   * Applies facts that are not in a journal, batch by batch. No position records the progress, so after a crash the
   * caller must derive the remaining facts from the rows.
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

  /** Dots without a result, oldest first: the ambiguous messages, once a dead process's stream is read to its end. */
  openDots(): OpenDot[] {
    return [...this.#openDots.values()].map(({ fact, at }) => ({ fact, at }));
  }

  /**
   * Syncs what was applied, and returns the segment number below which the stream's segments may be removed. 0 when the
   * sync is not possible now.
   *
   * @param reading The segment being read; all records of earlier segments have been taken.
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
      // An `undot` that was written late may follow the dot of the next attempt, which it must not close.
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

  /** Stores facts that cannot be applied now where `revive` will find them. */
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
        // These facts must not be applied before earlier kept ones: they stay here until the next flush.
        this.#pause(workspaceId, inbox, error);
      }
    }
  }

  #isKept(workspaceId: string): boolean {
    return this.#ports.kept.has(workspaceId) || this.#find(workspaceId) === "aside";
  }

  /** "unknown" when the file cannot be opened for another reason, which is reported when its facts are applied. */
  #find(workspaceId: string): Connection | "aside" | "unknown" | undefined {
    try {
      return this.#ports.workspace(workspaceId);
    } catch (error) {
      return isSetAside(error) ? "aside" : "unknown";
    }
  }

  #isSynced(workspaceId: string): boolean {
    const db = this.#find(workspaceId);
    // For a damaged file, durability cannot be guaranteed, so it does not block the removal of segments.
    return db === undefined || db === "aside" || (db !== "unknown" && syncCommitted(db));
  }

  /**
   * The workspace's inbox; undefined when the workspace no longer exists. Must not throw, because a record is read only
   * once. If the positions cannot be read now, applying the facts checks them again.
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

  /** @returns false when the rest of the inbox must wait. */
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

  // Each attempt on a locked file blocks the whole thread for the connection's busy time-out, so attempts become rarer
  // while the lock lasts.
  #pause(workspaceId: string, inbox: Inbox, error: unknown): void {
    inbox.isStuck = true;
    if (!isBusy(error)) {
      log.error({ workspaceId, err: error }, "facts wait: the database is not writable");
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
        "some facts had no effect",
      );
    }
    this.#ports.onApplied(workspaceId, applied);
    try {
      this.#ports.due.refresh(workspaceId);
    } catch (error) {
      // The facts are applied either way. A stale due time can only be too early, which costs one unnecessary check.
      log.warn({ workspaceId, err: error }, "could not update the due time of a workspace");
    }
  }

  // One fact that the database refuses must not block the facts after it. The batch is applied fact by fact; the bad
  // one is skipped and logged with its position.
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
