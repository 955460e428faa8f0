import type { SegmentReads } from "../features/segments/segment-read.service.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { type Caller, connect } from "../platform/workers/channel.ts";
import type { ReadsThread } from "./reads-protocol.ts";

/** The reads thread: what looks at a million contacts, away from the HTTP thread. */
export type Reads = SegmentReads & {
  stop(): Promise<void>;
};

type Thread = { worker: Worker; caller: Caller<ReadsThread> };

/** Questions that wait or run; more would only make everybody wait longer. */
const MAX_ASKED = 64;

/**
 * Starts the thread. When it dies, its askers are told to try again, and the next question starts a new one.
 *
 * @throws Error when the thread cannot open the databases.
 */
export async function startReads(dataDir: string): Promise<Reads> {
  const start = () =>
    startThread(dataDir, () => {
      thread = undefined;
    });
  let thread: Promise<Thread> | undefined = start();
  await thread;
  let lastId = 0;
  let open = 0;

  async function ask<T>(
    question: (caller: Caller<ReadsThread>, id: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (open >= MAX_ASKED) {
      throw new AppError("unavailable", "Too much is being counted. Try again in a moment.", {
        retryAfterSeconds: 5,
      });
    }
    lastId += 1;
    const id = lastId;
    thread ??= start();
    const { caller } = await thread;
    const onAbort = () => caller.tell("abort", { id });
    signal?.addEventListener("abort", onAbort, { once: true });
    open += 1;
    try {
      return await question(caller, id);
    } finally {
      open -= 1;
      signal?.removeEventListener("abort", onAbort);
    }
  }

  return {
    count: (request, signal) =>
      ask((caller, id) => caller.call("count", { ...request, id }), signal),
    page: (request) => ask((caller, id) => caller.call("page", { ...request, id })),
    async stop() {
      const last = await thread;
      thread = undefined;
      await last?.caller.call("stop", null);
      last?.worker.terminate();
    },
  };
}

async function startThread(dataDir: string, onDeath: () => void): Promise<Thread> {
  const worker = new Worker(new URL("./reads.worker.ts", import.meta.url).href);
  const caller = connect<ReadsThread>(worker);
  worker.addEventListener("error", (event) => {
    log.error({ reason: event.message }, "the reads thread died");
    caller.fail(
      new AppError("unavailable", "Counting failed. Try again.", { retryAfterSeconds: 1 }),
    );
    worker.terminate();
    onDeath();
  });
  try {
    await caller.call("start", { dataDir });
  } catch (error) {
    worker.terminate();
    onDeath();
    throw error;
  }
  return { worker, caller };
}
