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
import { areLeasesDoubtful, doubtLeases, settleDoubt } from "./lost-results.store.ts";

export type RevivalParts = {
  databases: Databases;
  kept: KeptFacts;
  ingester: Ingester;
  find: (workspaceId: string) => Connection | undefined;
  /** Of this process's leases. */
  owner: string;
  look: (workspaceId: string) => void;
  /** The workspace is set aside: its file may be another one afterwards. */
  onAside: (workspaceId: string) => void;
  /** What the journal still holds. */
  missed: MissedFacts;
  losses: JournalLosses;
};

/** For so long at a time one workspace catches up. */
const REVIVE_MS = 50;
/** How soon leases are taken back again after a fault that may pass, such as a full disk. */
const TAKE_BACK_AGAIN_MS = 1_000;

/** Brings workspaces back to work: at a start after their process died, and after their file was mended. */
export class Revival {
  readonly #parts: RevivalParts;
  /** Of workspaces that have not caught up yet. */
  readonly #reviving = new Map<string, Generator<undefined, void>>();
  /**
   * To be looked at, and from when on (`performance.now()`): most could not be written when their leases were to be taken
   * back. Nobody else gives a dead process's chunks to anybody.
   */
  readonly #notTakenBack = new Map<string, number>();

  constructor(parts: RevivalParts) {
    this.#parts = parts;
  }

  /**
   * Says of each dot without a result that its message is ambiguous, and, where records of the delivery stream were lost
   * or the journal is another one than its process wrote, of each message that a dead process had in hand: nobody knows
   * which of them were sent, so they wait for a person. Of a workspace that is set aside or has not caught up, that
   * is said when it has.
   *
   * @returns how many.
   */
  async nameAmbiguous(
    dir: string,
    dots: readonly DotFact[],
    workspaceIds: readonly string[],
  ): Promise<number> {
    const { losses, databases, kept } = this.#parts;
    if (losses.streams.has("delivery")) {
      const waiting = [...databases.setAsideIds(), ...kept.workspaces()];
      doubtLeases(databases.system, [...waiting, ...workspaceIds]);
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

  /** True while its file lacks what happened, or cannot be read. */
  #isBehind(workspaceId: string): boolean {
    const { databases, kept } = this.#parts;
    return databases.isSetAside(workspaceId) || kept.has(workspaceId);
  }

  /**
   * The open messages of chunks that a dead process had in hand and of which this journal cannot tell: all when some of it is
   * lost, else those of another journal.
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
      // Its file was just found unusable: the same is asked when it is back.
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

  /** Has the workspace looked at in a moment. */
  lookSoon(workspaceId: string): void {
    this.#notTakenBack.set(workspaceId, 0);
  }

  /** Takes back what dead processes had leased; of a workspace that is behind when it has caught up. @returns how many chunks. */
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
      settleDoubt(databases.system, workspaceId);
      look(workspaceId);
      return leases;
    } catch (error) {
      // One workspace's damaged or full file must not keep the others from starting.
      log.error({ workspaceId, err: error }, "a workspace could not be recovered");
      // One that is set aside is taken back from when it returns.
      if (!isSetAside(error)) {
        const pauseMs = isBusy(error) ? 0 : TAKE_BACK_AGAIN_MS;
        this.#notTakenBack.set(workspaceId, performance.now() + pauseMs);
      }
      return 0;
    }
  }

  /**
   * Applies what workspaces that are not set aside any more have missed, and lets their campaigns go on. One with much
   * of it goes on at the next call, so that the others wait for milliseconds.
   */
  reviveAll(): void {
    const { databases, kept, onAside } = this.#parts;
    const now = performance.now();
    for (const [workspaceId, notBefore] of this.#notTakenBack) {
      if (notBefore > now) {
        continue;
      }
      this.#notTakenBack.delete(workspaceId);
      this.#takeBack(workspaceId);
      // Each try of a locked file costs everybody its time-out.
      break;
    }
    for (const workspaceId of databases.setAsideIds()) {
      kept.hold(workspaceId);
      onAside(workspaceId);
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
          log.info({ workspaceId }, "what was kept of a workspace is applied");
          return;
        }
      }
    } catch (error) {
      this.#reviving.delete(workspaceId);
      log.error({ workspaceId, err: error }, "kept facts wait: the database cannot be written");
    }
  }

  /** A chunk that a dead process had in hand stays on loan to it until all this is done, so nobody sends from it meanwhile. */
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
