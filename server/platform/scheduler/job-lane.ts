import type { Connection } from "../db/driver.ts";
import {
  abandonedJobs,
  type Candidate,
  dueKinds,
  nextInstanceJob,
  nextWorkspaceJob,
} from "./job.store.ts";

/** How many jobs of a lane run at once, in all and of one workspace or kind. */
export type JobLaneLimits = {
  atOnce: number;
  /** A share, so that what one workspace waits for (a mail server that hangs) leaves places to all others. */
  perWorkspace: number;
  /** So that much of one kind does not keep the others out. */
  perKind: number;
};

/**
 * Places for jobs that may wait for the same sort of thing. A job of one lane never takes a place of another.
 *
 * A free place goes to the kinds that have due work in turns, and within a kind to its workspaces in turns; of
 * each the oldest job is first. The instance's own jobs take turns as one workspace more, without a limit.
 */
export class JobLane {
  readonly kinds: string[] = [];
  readonly #limits: JobLaneLimits;
  readonly #ofWorkspace = new Map<string, number>();
  readonly #ofKind = new Map<string, number>();
  /** The workspace that had the last turn, by kind. */
  readonly #lastServed = new Map<string, string>();
  #lastKind = "";
  #running = 0;

  constructor(limits: JobLaneLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#running >= this.#limits.atOnce;
  }

  /**
   * The job whose turn it is, or undefined when none is due that may run beside those that do.
   *
   * @param ours The jobs that this process runs: they are not lost, whatever their lease says.
   */
  next(
    system: Connection,
    now: number,
    ours: ReadonlySet<number> = new Set(),
  ): Candidate | undefined {
    if (this.isFull) {
      return undefined;
    }
    const kinds = this.kinds.filter(
      (kind) => this.#count(this.#ofKind, kind) < this.#limits.perKind,
    );
    const lost = abandonedJobs(system, kinds, now).find(
      ({ id, workspace }) => !ours.has(id) && this.#mayRun(workspace),
    );
    if (lost !== undefined) {
      return lost;
    }
    for (const kind of this.#inTurn(dueKinds(system, kinds, now))) {
      const found = this.#nextOfKind(system, kind, now);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }

  /** A job has begun. */
  enter({ kind, workspace }: Pick<Candidate, "kind" | "workspace">): void {
    this.#running += 1;
    this.#lastKind = kind;
    this.#lastServed.set(kind, workspace);
    this.#ofKind.set(kind, this.#count(this.#ofKind, kind) + 1);
    this.#ofWorkspace.set(workspace, this.#count(this.#ofWorkspace, workspace) + 1);
  }

  /** A job has ended. */
  leave({ kind, workspace }: Pick<Candidate, "kind" | "workspace">): void {
    this.#running -= 1;
    this.#less(this.#ofKind, kind);
    this.#less(this.#ofWorkspace, workspace);
  }

  /** True when work waits that is not more of the same: of another workspace, or of another kind. */
  hasOthersThan(system: Connection, job: Pick<Candidate, "kind" | "workspace">, now: number) {
    return dueKinds(system, this.kinds, now).some((kind) => {
      for (const one of jobsInTurn(system, kind, job.workspace)) {
        if (one.dueAt <= now && (one.workspace !== job.workspace || one.kind !== job.kind)) {
          return true;
        }
      }
      return false;
    });
  }

  /** The kind that had the last turn comes last. */
  #inTurn(kinds: readonly string[]): string[] {
    const sorted = kinds.toSorted();
    return [
      ...sorted.filter((kind) => kind > this.#lastKind),
      ...sorted.filter((kind) => kind <= this.#lastKind),
    ];
  }

  #nextOfKind(system: Connection, kind: string, now: number): Candidate | undefined {
    const last = this.#lastServed.get(kind) ?? "";
    for (const one of jobsInTurn(system, kind, last)) {
      if (one.dueAt <= now && this.#mayRun(one.workspace)) {
        return one;
      }
    }
    return undefined;
  }

  #mayRun(workspace: string): boolean {
    return (
      workspace === "" || this.#count(this.#ofWorkspace, workspace) < this.#limits.perWorkspace
    );
  }

  #count(counts: Map<string, number>, key: string): number {
    return counts.get(key) ?? 0;
  }

  #less(counts: Map<string, number>, key: string): void {
    const left = this.#count(counts, key) - 1;
    if (left === 0) {
      counts.delete(key);
    } else {
      counts.set(key, left);
    }
  }
}

/** The oldest job of each workspace that has one of this kind, those after `last` first, then from the beginning. */
function* jobsInTurn(system: Connection, kind: string, last: string): Generator<Candidate> {
  for (
    let one = nextWorkspaceJob(system, kind, last);
    one !== undefined;
    one = nextWorkspaceJob(system, kind, one.workspace)
  ) {
    yield one;
  }
  const ofInstance = nextInstanceJob(system, kind);
  if (ofInstance !== undefined) {
    yield ofInstance;
  }
  for (
    let one = nextWorkspaceJob(system, kind, "");
    one !== undefined && one.workspace <= last;
    one = nextWorkspaceJob(system, kind, one.workspace)
  ) {
    yield one;
  }
}
