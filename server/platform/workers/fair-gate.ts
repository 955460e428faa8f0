import { AppError, because } from "../errors.ts";

export type GateLimits = {
  /** Maximum concurrent work, in total and per workspace. */
  atOnce: number;
  perWorkspace: number;
  /** Maximum waiting work per workspace; more is refused. */
  waiting: number;
};

type Waiter = { enter: () => void };

/**
 * Admits work so that workspaces take turns. However much one workspace requests, it delays another by at most one
 * turn.
 */
export class FairGate {
  readonly #limits: GateLimits;
  readonly #running = new Map<string, number>();
  /** In order of turns: a workspace moves to the end when it has been served. */
  readonly #waiting = new Map<string, Waiter[]>();
  #total = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` when it is the workspace's turn.
   *
   * @throws AppError `unavailable` when too much of the workspace's work is already waiting.
   */
  async pass<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(workspaceId);
    try {
      return await work();
    } finally {
      this.#leave(workspaceId);
    }
  }

  #turn(workspaceId: string): Promise<void> | undefined {
    const queue = this.#waiting.get(workspaceId) ?? [];
    if (queue.length === 0 && this.#mayEnter(workspaceId)) {
      this.#enter(workspaceId);
      return undefined;
    }
    if (queue.length >= this.#limits.waiting) {
      throw new AppError("unavailable", because("counting_busy"), { retryAfterSeconds: 5 });
    }
    return new Promise((enter) => {
      queue.push({ enter });
      this.#waiting.set(workspaceId, queue);
    });
  }

  #mayEnter(workspaceId: string): boolean {
    const { atOnce, perWorkspace } = this.#limits;
    return this.#total < atOnce && (this.#running.get(workspaceId) ?? 0) < perWorkspace;
  }

  #enter(workspaceId: string): void {
    this.#total += 1;
    this.#running.set(workspaceId, (this.#running.get(workspaceId) ?? 0) + 1);
  }

  #leave(workspaceId: string): void {
    this.#total -= 1;
    const left = (this.#running.get(workspaceId) ?? 1) - 1;
    if (left === 0) {
      this.#running.delete(workspaceId);
    } else {
      this.#running.set(workspaceId, left);
    }
    this.#admit();
  }

  #admit(): void {
    for (const [workspaceId, queue] of [...this.#waiting]) {
      if (!this.#mayEnter(workspaceId)) {
        continue;
      }
      const next = queue.shift();
      this.#waiting.delete(workspaceId);
      if (queue.length > 0) {
        this.#waiting.set(workspaceId, queue);
      }
      if (next !== undefined) {
        this.#enter(workspaceId);
        next.enter();
      }
    }
  }
}
