import { isBusy } from "../platform/db/busy.ts";
import type { Databases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import { log } from "../platform/log.ts";
import type { DotFact } from "./facts.ts";
import type { Ingester, MissedFacts } from "./ingest/ingester.ts";
import type { KeptFacts } from "./ingest/kept-facts.ts";
import type { JournalLosses } from "./journal-losses.ts";
import { openRowsOfForeign, releaseForeignLeases } from "./queue/claim.store.ts";
import { holdsAmbiguous } from "./queue/load.store.ts";
import { recordAmbiguous } from "./queue/recovery.ts";

export type RevivalParts = {
  databases: Databases;
  kept: KeptFacts;
  ingester: Ingester;
  find: (workspaceId: string) => Connection | undefined;
  /** Of this process's leases. */
  owner: string;
  look: (workspaceId: string) => void;
  /** What the journal still holds. */
  missed: MissedFacts;
};

/** For so long at a time one workspace catches up. */
const REVIVE_MS = 50;

/** Brings workspaces back to work: at a start after their process died, and after their file was mended. */
export class Revival {
  readonly #parts: RevivalParts;
  /** Of workspaces that have not caught up yet. */
  readonly #reviving = new Map<string, Generator<undefined, void>>();
  /** Were locked when their leases were to be taken back, which would run for a minute and a half more. */
  readonly #notTakenBack = new Set<string>();

  constructor(parts: RevivalParts) {
    this.#parts = parts;
  }

  /**
   * Says of each dot without a result that its message is ambiguous, and, where records of the delivery stream were lost
   * or the journal is another one than its process wrote, of each message that a dead process had in hand: nobody knows
   * which of them were sent, so they wait for a person.
   *
   * @returns how many.
   */
  async nameAmbiguous(
    dir: string,
    dots: readonly DotFact[],
    workspaceIds: readonly string[],
    losses: JournalLosses,
  ): Promise<number> {
    const { databases, find } = this.#parts;
    const wasNoted = losses.streams.has("delivery");
    const unknown = workspaceIds.flatMap((id) => this.#inHand(id, dots, wasNoted));
    if (unknown.length > 0 && !wasNoted) {
      losses.gone("delivery");
    }
    const certain = new Set(dots);
    // What a workspace that is set aside would say, a person decides as well.
    const holds = (dot: DotFact) =>
      !certain.has(dot) || databases.isSetAside(dot.w) || holdsAmbiguous(find(dot.w), dot.c);
    const stream = { dir, above: losses.above.delivery };
    await recordAmbiguous(stream, [...dots, ...unknown], holds);
    return dots.length + unknown.length;
  }

  /**
   * The open messages of chunks that a dead process had in hand and of which this journal cannot tell: all when some of it is
   * lost, else those of another journal. Those in `known` are left out.
   */
  #inHand(workspaceId: string, known: readonly DotFact[], isLost: boolean): DotFact[] {
    const { find, owner, databases } = this.#parts;
    const db = databases.isSetAside(workspaceId) ? undefined : find(workspaceId);
    const named = new Set(known.map(({ w, c, s }) => `${w}/${c}/${s}`));
    const ours = owner.slice(0, owner.indexOf(":") + 1);
    return (db === undefined ? [] : openRowsOfForeign(db, owner))
      .filter(({ holder }) => isLost || !holder.startsWith(ours))
      .map(({ c, s }) => ({ k: "dot" as const, w: workspaceId, c, s, at: Date.now() }))
      .filter(({ w, c, s }) => !named.has(`${w}/${c}/${s}`));
  }

  /** Takes back what dead processes had leased. @returns how many chunks. */
  takeBack(workspaceId: string): number {
    const { find, owner, look } = this.#parts;
    try {
      const db = find(workspaceId);
      const leases = db === undefined ? 0 : releaseForeignLeases(db, owner);
      look(workspaceId);
      return leases;
    } catch (error) {
      // One workspace's damaged or full file must not keep the others from starting.
      log.error({ workspaceId, err: error }, "a workspace could not be recovered");
      if (isBusy(error)) {
        this.#notTakenBack.add(workspaceId);
      }
      return 0;
    }
  }

  /**
   * Applies what workspaces that are not set aside any more have missed, and lets their campaigns go on. One with much
   * of it goes on at the next call, so that the others wait for milliseconds.
   */
  reviveAll(): void {
    const { databases, kept } = this.#parts;
    for (const workspaceId of this.#notTakenBack) {
      this.#notTakenBack.delete(workspaceId);
      this.takeBack(workspaceId);
      // Each try of a locked file costs everybody its time-out.
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
    const { ingester, missed } = this.#parts;
    const work = this.#reviving.get(workspaceId) ?? ingester.revive(workspaceId, missed);
    this.#reviving.set(workspaceId, work);
    const until = performance.now() + REVIVE_MS;
    try {
      while (performance.now() < until) {
        if (work.next().done === true) {
          this.#reviving.delete(workspaceId);
          this.takeBack(workspaceId);
          log.info({ workspaceId }, "what was kept of a workspace is applied");
          return;
        }
      }
    } catch (error) {
      this.#reviving.delete(workspaceId);
      log.error({ workspaceId, err: error }, "kept facts wait: the database cannot be written");
    }
  }
}
