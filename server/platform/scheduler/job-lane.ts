import type { Connection } from "../db/driver.ts";
import {
  abandonedJobs,
  type Candidate,
  dueKinds,
  nextInstanceJob,
  nextWorkspaceJob,
} from "./job.store.ts";

/** Maximum numbers of concurrent jobs in a lane. */
export type JobLaneLimits = {
  atOnce: number;
  /** Leaves places to other workspaces when one workspace's jobs hang, for example on a mail server. */
  perWorkspace: number;
  /** Leaves places to other kinds when there is much of one kind. */
  perKind: number;
};

/**
 * A pool of places for jobs that may wait for the same kind of resource. Jobs of one lane never use places of another.
 *
 * Kinds with due jobs take turns for a free place, and within a kind its workspaces take turns; of each workspace the
 * oldest job runs first. The instance's own jobs count as one more workspace, without a limit.
 */
export class JobLane {
  readonly kinds: string[] = [];
  readonly #limits: JobLaneLimits;
  readonly #ofWorkspace = new Map<string, number>();
  readonly #ofKind = new Map<string, number>();
  /** Per kind, the workspace served last. */
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
   * The next job to run; undefined when none is due that the limits allow.
   *
   * @param ours The jobs running in this process; they are not abandoned, whatever their lease says.
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

  /** Call when a job starts. */
  enter({ kind, workspace }: Pick<Candidate, "kind" | "workspace">): void {
    this.#running += 1;
    this.#lastKind = kind;
    this.#lastServed.set(kind, workspace);
    this.#ofKind.set(kind, this.#count(this.#ofKind, kind) + 1);
    this.#ofWorkspace.set(workspace, this.#count(this.#ofWorkspace, workspace) + 1);
  }

  /** Call when a job ends. */
  leave({ kind, workspace }: Pick<Candidate, "kind" | "workspace">): void {
    this.#running -= 1;
    this.#less(this.#ofKind, kind);
    this.#less(this.#ofWorkspace, workspace);
  }

  /** True when a job of another workspace or another kind is due. */
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

  /** Orders the kinds so that the one served last comes last. */
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

/**
 * The oldest waiting job of each workspace that has one of this kind, starting with the workspaces after `last` and
 * then wrapping around.
 */
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
