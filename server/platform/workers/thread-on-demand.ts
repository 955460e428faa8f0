import { log } from "../log.ts";
import { type Caller, connect, type Methods } from "./channel.ts";

export type ThreadParts<M extends Methods> = {
  /** Used in log messages. */
  name: string;
  open: () => Worker;
  /** Lets the new thread open its files. */
  start: (caller: Caller<M>) => Promise<unknown>;
  /** Lets the thread close its files. */
  stop: (caller: Caller<M>) => Promise<unknown>;
  /** The error for pending calls when the thread dies. */
  deathOf: () => Error;
  /** Idle time after which the thread ends (ms); omitted = never. */
  idleMs?: number;
  /** How long the thread may take to start before it is abandoned (ms). */
  startMs?: number;
  /** How long one `use` may take before the thread and all its pending calls are abandoned (ms); omitted: no limit. */
  maxMs?: number;
};

/** Opening the databases may have to wait for other threads and a slow disk. After this time the start counts as failed. */
const START_MS = 60_000;

type Thread<M extends Methods> = {
  worker: Worker;
  caller: Caller<M>;
  giveUp: (why: string) => void;
};

/**
 * A thread that is started when needed, replaced after it died or hung, and ended when idle for long. Pending calls of
 * an abandoned thread are rejected with `deathOf`.
 */
export class ThreadOnDemand<M extends Methods> {
  readonly #parts: ThreadParts<M>;
  #thread: Promise<Thread<M>> | undefined;
  /** The worker behind `#thread`. */
  #worker: Worker | undefined;
  #inUse = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ThreadParts<M>) {
    this.#parts = parts;
  }

  /** Resolves when the thread is running. @throws Error when it cannot start. */
  async ready(): Promise<void> {
    await this.#running();
  }

  /** Runs `work` with the thread, which is kept alive in the meantime. */
  async use<T>(work: (caller: Caller<M>) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#inUse += 1;
    try {
      const thread = await this.#running();
      return await this.#limited(thread, work(thread.caller));
    } finally {
      this.#inUse -= 1;
      if (this.#inUse === 0 && this.#parts.idleMs !== undefined) {
        this.#idle = setTimeout(() => void this.stop(), this.#parts.idleMs);
      }
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const ending = this.#thread;
    this.#thread = undefined;
    const last = await ending;
    if (last !== undefined) {
      try {
        await this.#parts.stop(last.caller);
      } catch (error) {
        // The thread was abandoned in the meantime. The files that it had open are closed with the process.
        log.warn({ thread: this.#parts.name, err: error }, "a thread did not close its files");
      }
      last.worker.terminate();
    }
  }

  #running(): Promise<Thread<M>> {
    this.#thread ??= this.#begin();
    return this.#thread;
  }

  async #limited<T>({ giveUp }: Thread<M>, work: Promise<T>): Promise<T> {
    const { maxMs } = this.#parts;
    if (maxMs === undefined) {
      return await work;
    }
    const deadline = setTimeout(() => giveUp(`it took longer than ${maxMs} ms`), maxMs);
    try {
      return await work;
    } finally {
      clearTimeout(deadline);
    }
  }

  async #begin(): Promise<Thread<M>> {
    const { name, open, start, deathOf, startMs = START_MS } = this.#parts;
    const worker = open();
    const caller = connect<M>(worker);
    const giveUp = (reason: string) => {
      log.error({ reason, thread: name }, "a thread died or was abandoned");
      // The pending calls are rejected first, because a thread inside a native call ends only after that call.
      caller.fail(deathOf());
      this.#forget(worker);
      worker.terminate();
    };
    worker.addEventListener("error", (event) => giveUp(event.message));
    this.#worker = worker;
    const late = setTimeout(() => giveUp(`it did not start within ${startMs} ms`), startMs);
    try {
      await start(caller);
      return { worker, caller, giveUp };
    } catch (error) {
      this.#forget(worker);
      worker.terminate();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** The next use starts a new thread, unless one was started already. */
  #forget(worker: Worker): void {
    if (this.#worker === worker) {
      this.#worker = undefined;
      this.#thread = undefined;
    }
  }
}
