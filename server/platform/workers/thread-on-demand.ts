import { log } from "../log.ts";
import { type Caller, connect, type Methods } from "./channel.ts";

export type ThreadParts<M extends Methods> = {
  /** For the log. */
  name: string;
  open: () => Worker;
  /** Has the new thread open its files. */
  start: (caller: Caller<M>) => Promise<unknown>;
  /** Has the thread close them. */
  stop: (caller: Caller<M>) => Promise<unknown>;
  /** What those who wait are told when it dies. */
  deathOf: () => Error;
  /** After how long without work it ends; left out = it stays. */
  idleMs?: number;
};

type Thread<M extends Methods> = { worker: Worker; caller: Caller<M> };

/** A thread that is started when it is needed, again after it died, and ends when nobody has needed it for long. */
export class ThreadOnDemand<M extends Methods> {
  readonly #parts: ThreadParts<M>;
  #thread: Promise<Thread<M>> | undefined;
  #inUse = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ThreadParts<M>) {
    this.#parts = parts;
  }

  /** Resolves when it runs. @throws Error when it cannot start. */
  async ready(): Promise<void> {
    await this.#running();
  }

  /** Does work with the thread, which does not end by itself meanwhile. */
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
