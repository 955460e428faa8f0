import { isBusy } from "../../platform/db/busy.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { log } from "../../platform/log.ts";
import type { DotFact } from "../facts.ts";
import type { Ingester, MissedFacts } from "../ingest/ingester.ts";
import type { KeptFacts } from "../ingest/kept-facts.ts";
import { isSetAside } from "../ingest/passing.ts";
import { openRowsOfForeign, releaseForeignLeases } from "../queue/claim.store.ts";
import { heldResult, recordAmbiguous } from "../queue/recovery.ts";
import type { JournalLosses } from "./journal-losses.ts";
import { LeftOpenFiles } from "./left-open-files.ts";
import { areLeasesDoubtful, clearLeaseDoubt, markLeasesDoubtful } from "./lost-results.store.ts";

export type RevivalParts = {
  dataDir: string;
  databases: Databases;
  kept: KeptFacts;
  ingester: Ingester;
  find: (workspaceId: string) => Connection | undefined;
  /** The name under which this process owns leases. */
  owner: string;
  look: (workspaceId: string) => void;
  /** Facts that are still in the journal. */
  missed: MissedFacts;
  losses: JournalLosses;
};

/** How long a workspace may catch up before the others get a turn. */
const REVIVE_MS = 50;
/** Pause before retrying to take back leases after an error that may be temporary, such as a full disk. */
const TAKE_BACK_AGAIN_MS = 1_000;

/** Brings workspaces back to work: at start-up after their process died, and later after their file was repaired. */
export class Revival {
  readonly #parts: RevivalParts;
  /** Workspaces that are catching up. */
  readonly #reviving = new Map<string, Generator<undefined, void>>();
  /**
   * Workspaces to take leases back from, with the earliest time (`performance.now()`). Most of them could not be
   * written at the first attempt. Until this succeeds, no one can lease the dead process's chunks.
   */
  readonly #notTakenBack = new Map<string, number>();
  readonly #leftOpen: LeftOpenFiles;

  constructor(parts: RevivalParts) {
    this.#parts = parts;
    this.#leftOpen = new LeftOpenFiles(parts.dataDir, parts.databases.system, parts.find);
  }

  /** Opens every file that a dead process had open, so that after a clean stop none depends on its log. */
  openAll(): void {
    this.#leftOpen.openAll();
  }

  /**
   * Records as ambiguous each message that has a dot but no result. If records of the delivery stream were lost, or
   * the leases belong to another journal, it does so for every message that a dead process had in hand, because it is
   * unknown which were sent; these wait for a person's decision. For a workspace that is set aside or still behind,
   * this happens when it has caught up.
   *
   * @returns the number of messages.
   */
  async nameAmbiguous(
    dir: string,
    dots: readonly DotFact[],
    workspaceIds: readonly string[],
  ): Promise<number> {
    const { losses, databases, kept } = this.#parts;
    if (losses.streams.has("delivery")) {
      const waiting = [...databases.setAsideIds(), ...kept.workspaces()];
      markLeasesDoubtful(databases.system, [...waiting, ...workspaceIds]);
    }
    const named = new Set(dots.map(nameOf));
    const unknown = workspaceIds
      .filter((id) => !this.#isBehind(id))
      .flatMap((id) => this.#inHandNow(id))
      .filter((dot) => !named.has(nameOf(dot)));
    this.#noteLoss(unknown.length);
    await recordAmbiguous({ dir, above: losses.above.delivery }, dots, unknown);
    return dots.length + unknown.length;
  }

  /** True while the workspace's file cannot be read, or lacks facts that are kept for it. */
  #isBehind(workspaceId: string): boolean {
    const { databases, kept } = this.#parts;
    return databases.isSetAside(workspaceId) || kept.has(workspaceId);
  }

  /**
   * The open messages in chunks of dead processes whose results this journal cannot tell: all of them if part of it
   * was lost, otherwise those leased under another journal.
   */
  #inHand(workspaceId: string): DotFact[] {
    const { find, owner, databases } = this.#parts;
    const db = find(workspaceId);
    const isLost = areLeasesDoubtful(databases.system, workspaceId);
    const ours = owner.slice(0, owner.indexOf(":") + 1);
    return (db === undefined ? [] : openRowsOfForeign(db, owner))
      .filter(({ holder }) => isLost || !holder.startsWith(ours))
      .map(({ c, s }) => ({ k: "dot" as const, w: workspaceId, c, s, at: Date.now() }));
  }

  #inHandNow(workspaceId: string): DotFact[] {
    try {
      return this.#inHand(workspaceId);
    } catch (error) {
      // The file was just found to be unusable. This is repeated when the workspace returns.
      if (isSetAside(error)) {
        return [];
      }
      throw error;
    }
  }

  #noteLoss(unknown: number): void {
    const { losses } = this.#parts;
    if (unknown > 0 && !losses.streams.has("delivery")) {
      losses.gone("delivery");
    }
  }

  /** Schedules a check of the workspace for the next `reviveAll`. */
  lookSoon(workspaceId: string): void {
    this.#notTakenBack.set(workspaceId, 0);
  }

  /**
   * Takes back the leases of dead processes. Workspaces that are behind follow when they have caught up. @returns the
   * number of chunks.
   */
  takeBackAll(workspaceIds: readonly string[]): number {
    return workspaceIds
      .filter((id) => !this.#isBehind(id))
      .reduce((sum, id) => sum + this.#takeBack(id), 0);
  }

  #takeBack(workspaceId: string): number {
    const { find, owner, look, databases } = this.#parts;
    try {
      const db = find(workspaceId);
      const leases = db === undefined ? 0 : releaseForeignLeases(db, owner);
      clearLeaseDoubt(databases.system, workspaceId);
      look(workspaceId);
      return leases;
    } catch (error) {
      // A workspace whose file is damaged or full must not keep the others from starting.
      log.error({ workspaceId, err: error }, "a workspace could not be recovered");
      // A workspace that is set aside is handled when it returns.
      if (!isSetAside(error)) {
        const pauseMs = isBusy(error) ? 0 : TAKE_BACK_AGAIN_MS;
        this.#notTakenBack.set(workspaceId, performance.now() + pauseMs);
      }
      return 0;
    }
  }

  /**
   * Applies the facts that workspaces missed while they were set aside, and lets their campaigns continue. A workspace
   * with many facts continues at the next call, so that the others are delayed only by milliseconds.
   */
  reviveAll(): void {
    const { databases, kept } = this.#parts;
    this.#leftOpen.openSome();
    const now = performance.now();
    for (const [workspaceId, notBefore] of this.#notTakenBack) {
      if (notBefore > now) {
        continue;
      }
      this.#notTakenBack.delete(workspaceId);
      this.#takeBack(workspaceId);
      // Only one per call: an attempt on a locked file blocks the thread for the whole busy time-out.
      break;
    }
    for (const workspaceId of databases.setAsideIds()) {
      kept.hold(workspaceId);
      this.#reviving.delete(workspaceId);
    }
    for (const workspaceId of kept.workspaces()) {
      if (!databases.isSetAside(workspaceId)) {
        this.#revive(workspaceId);
      }
    }
  }

  #revive(workspaceId: string): void {
    const work = this.#reviving.get(workspaceId) ?? this.#catchUp(workspaceId);
    this.#reviving.set(workspaceId, work);
    const until = performance.now() + REVIVE_MS;
    try {
      while (performance.now() < until) {
        if (work.next().done === true) {
          this.#reviving.delete(workspaceId);
          this.#takeBack(workspaceId);
          log.info({ workspaceId }, "applied the facts that were kept for a workspace");
          return;
        }
      }
    } catch (error) {
      this.#reviving.delete(workspaceId);
      log.error(
        { workspaceId, err: error },
        "kept facts are not applied yet: the database cannot be written",
      );
    }
  }

  /**
   * The chunks of dead processes stay leased to them until this is finished, so nothing is sent from them in the
   * meantime.
   */
  *#catchUp(workspaceId: string): Generator<undefined, void> {
    const { ingester, missed } = this.#parts;
    yield* ingester.revive(workspaceId, missed);
    const unknown = this.#inHand(workspaceId);
    this.#noteLoss(unknown.length);
    yield* ingester.applyDirectly(workspaceId, unknown.map(heldResult));
  }
}

function nameOf({ w, c, s }: DotFact): string {
  return `${w}/${c}/${s}`;
}
