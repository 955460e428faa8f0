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
};

type Thread<M extends Methods> = { worker: Worker; caller: Caller<M> };

/** A thread that is started when needed, restarted after it died, and ended when idle for long. */
export class ThreadOnDemand<M extends Methods> {
  readonly #parts: ThreadParts<M>;
  #thread: Promise<Thread<M>> | undefined;
  #inUse = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ThreadParts<M>) {
    this.#parts = parts;
  }

  /** Resolves when the thread is running. @throws Error when it cannot start. */
  async ready(): Promise<void> {
    await this.#running();
  }

  /** Runs `work` with the thread, which is kept alive meanwhile. */
  async use<T>(work: (caller: Caller<M>) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#inUse += 1;
    try {
      const { caller } = await this.#running();
      return await work(caller);
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
      await this.#parts.stop(last.caller);
      last.worker.terminate();
    }
  }

  #running(): Promise<Thread<M>> {
    this.#thread ??= this.#begin();
    return this.#thread;
  }

  async #begin(): Promise<Thread<M>> {
    const { name, open, start, deathOf } = this.#parts;
    const worker = open();
    const caller = connect<M>(worker);
    const forget = () => {
      worker.terminate();
      this.#thread = undefined;
    };
    worker.addEventListener("error", (event) => {
      log.error({ reason: event.message, thread: name }, "a thread died");
      caller.fail(deathOf());
      forget();
    });
    try {
      await start(caller);
    } catch (error) {
      forget();
      throw error;
    }
    return { worker, caller };
  }
}
