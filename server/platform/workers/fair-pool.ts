import { AppError, because } from "../errors.ts";
import { type Caller, connect, type Methods } from "./channel.ts";

/** Work exceeded its time limit, and its thread was ended. */
export class Overrun extends Error {
  override readonly name = "Overrun";
}

export type PoolLimits = {
  /** Maximum number of threads; each is started when first needed. */
  threads: number;
  /** How long a thread may take to start before it is ended. */
  startMs: number;
  /** Maximum duration of one call before its thread is ended. */
  maxMs: number;
  /** How long an owner must wait after one of its calls was ended; others continue. */
  restMs: number;
  /** Maximum number of waiting calls per owner and lane. */
  maxWaiting: number;
  /** A thread without work for this long is ended. */
  idleMs: number;
};

/** The owner and lane of a call. A full lane does not block the owner's other lanes. */
export type Turn = { owner: string; lane: string };

/**
 * A pool of threads for work whose duration depends on user input. Owners take turns, with one call of each at a time.
 */
export type FairPool<M extends Methods> = {
  /**
   * Calls a method on a free thread when it is the owner's turn.
   *
   * @throws AppError `unavailable`, with the time to wait, when the lane is full or the pool was stopped.
   * @throws Overrun when the call exceeded its time limit. Anything the method throws.
   */
  call<K extends keyof M & string>(
    turn: Turn,
    name: K,
    request: Parameters<M[K]>[0],
  ): Promise<Awaited<ReturnType<M[K]>>>;
  /** Ends the threads and rejects all waiting and running calls. */
  stop(): void;
};

type Thread<M extends Methods> = {
  worker: Worker;
  caller: Caller<M>;
  isDead: boolean;
  idle: ReturnType<typeof setTimeout> | undefined;
};
type Task<M extends Methods> = {
  run(thread: Thread<M>): Promise<unknown>;
  done: PromiseWithResolvers<unknown>;
};
type Owner<M extends Methods> = {
  lanes: Map<string, Task<M>[]>;
  isRunning: boolean;
  restsUntil: number;
};

/**
 * Creates a pool without starting a thread.
 *
 * @param open Opens a thread that serves `M`.
 * @param start The first call to a new thread; its duration is not charged to any call.
 */
export function createFairPool<M extends Methods>(
  open: () => Worker,
  start: (caller: Caller<M>) => Promise<unknown>,
  limits: PoolLimits,
): FairPool<M> {
  return new Pool(open, start, limits);
}

class Pool<M extends Methods> implements FairPool<M> {
  readonly #open: () => Worker;
  readonly #start: (caller: Caller<M>) => Promise<unknown>;
  readonly #limits: PoolLimits;
  /** In order of turns: an owner moves to the end when it has been served. */
  readonly #owners = new Map<string, Owner<M>>();
  readonly #threads = new Set<Thread<M>>();
  readonly #free: Thread<M>[] = [];
  #busy = 0;
  #alarm: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(
    open: () => Worker,
    start: (caller: Caller<M>) => Promise<unknown>,
    limits: PoolLimits,
  ) {
    this.#open = open;
    this.#start = start;
    this.#limits = limits;
  }

  async call<K extends keyof M & string>(
    { owner: name, lane }: Turn,
    method: K,
    request: Parameters<M[K]>[0],
  ): Promise<Awaited<ReturnType<M[K]>>> {
    const owner = this.#ownerOf(name);
    const waiting = owner.lanes.get(lane) ?? [];
    if (this.#isStopped || waiting.length >= this.#limits.maxWaiting) {
      throw new AppError("unavailable", because("server_busy"), {
        retryAfterSeconds: Math.max(2, Math.ceil((owner.restsUntil - performance.now()) / 1_000)),
      });
    }
    const done = Promise.withResolvers<unknown>();
    waiting.push({ run: ({ caller }) => caller.call(method, request), done });
    owner.lanes.set(lane, waiting);
    this.#pump();
    return (await done.promise) as Awaited<ReturnType<M[K]>>;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#alarm);
    const reason = new AppError("unavailable", because("server_stopping"), {
      retryAfterSeconds: 5,
    });
    for (const { lanes } of this.#owners.values()) {
      for (const { done } of [...lanes.values()].flat()) {
        done.reject(reason);
      }
    }
    this.#owners.clear();
    for (const thread of [...this.#threads]) {
      this.#end(thread, reason);
    }
  }

  #ownerOf(name: string): Owner<M> {
    const known = this.#owners.get(name);
    const owner = known ?? { lanes: new Map(), isRunning: false, restsUntil: 0 };
    this.#owners.set(name, owner);
    return owner;
  }

  #pump(): void {
    while (!this.#isStopped && this.#busy < this.#limits.threads) {
      const next = this.#next();
      if (next === undefined) {
        return;
      }
      this.#busy += 1;
      next.owner.isRunning = true;
      void this.#run(next.task, next.owner).finally(() => {
        this.#busy -= 1;
        next.owner.isRunning = false;
        // Moves the owner after those that arrived while it was served.
        this.#owners.delete(next.name);
        this.#owners.set(next.name, next.owner);
        this.#pump();
      });
    }
  }

  /** The next call of the owner that has waited longest for its turn; the owner's lanes alternate. */
  #next(): { name: string; owner: Owner<M>; task: Task<M> } | undefined {
    const now = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const [name, owner] of this.#owners) {
      const first = owner.lanes.entries().next().value;
      if (first === undefined) {
        if (!owner.isRunning && owner.restsUntil <= now) {
          this.#owners.delete(name);
        }
      } else if (!owner.isRunning && owner.restsUntil <= now) {
        const [lane, tasks] = first;
        const task = tasks.shift() as Task<M>;
        owner.lanes.delete(lane);
        if (tasks.length > 0) {
          owner.lanes.set(lane, tasks);
        }
        return { name, owner, task };
      } else if (!owner.isRunning) {
        earliest = Math.min(earliest, owner.restsUntil);
      }
    }
    this.#lookAgainAt(earliest, now);
    return undefined;
  }

  #lookAgainAt(at: number, now: number): void {
    clearTimeout(this.#alarm);
    if (Number.isFinite(at)) {
      this.#alarm = setTimeout(() => this.#pump(), at - now + 1);
    }
  }

  async #run({ run, done }: Task<M>, owner: Owner<M>): Promise<void> {
    let thread: Thread<M> | undefined;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    try {
      const taken = this.#free.pop() ?? (await this.#newThread());
      thread = taken;
      clearTimeout(taken.idle);
      deadline = setTimeout(() => {
        owner.restsUntil = performance.now() + this.#limits.restMs;
        this.#end(taken, new Overrun(`took longer than ${this.#limits.maxMs} ms`));
      }, this.#limits.maxMs);
      done.resolve(await run(taken));
    } catch (error) {
      done.reject(error);
    } finally {
      clearTimeout(deadline);
      this.#release(thread);
    }
  }

  async #newThread(): Promise<Thread<M>> {
    const worker = this.#open();
    const thread: Thread<M> = {
      worker,
      caller: connect<M>(worker),
      isDead: false,
      idle: undefined,
    };
    this.#threads.add(thread);
    worker.addEventListener("error", (event) => {
      this.#end(thread, new Error(`a thread of the pool failed: ${event.message}`));
    });
    const { startMs } = this.#limits;
    const late = Promise.withResolvers<never>();
    const deadline = setTimeout(() => {
      late.reject(new Error(`a thread of the pool did not start within ${startMs} ms`));
    }, startMs);
    try {
      await Promise.race([this.#start(thread.caller), late.promise]);
      return thread;
    } catch (error) {
      this.#end(thread, error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  #release(thread: Thread<M> | undefined): void {
    if (thread === undefined || thread.isDead) {
      return;
    }
    this.#free.push(thread);
    thread.idle = setTimeout(() => {
      this.#end(thread, new Error("the thread was no longer needed"));
    }, this.#limits.idleMs);
  }

  #end(thread: Thread<M>, reason: Error): void {
    if (thread.isDead) {
      return;
    }
    thread.isDead = true;
    clearTimeout(thread.idle);
    this.#threads.delete(thread);
    const at = this.#free.indexOf(thread);
    if (at >= 0) {
      this.#free.splice(at, 1);
    }
    thread.worker.terminate();
    thread.caller.fail(reason);
  }
}
