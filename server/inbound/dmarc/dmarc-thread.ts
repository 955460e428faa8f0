import { AppError } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import { type Caller, connect } from "../../platform/workers/channel.ts";
import { type DmarcIntake, type DmarcOutcome, MAX_REPORT_MAIL_BYTES } from "./dmarc-desk.ts";

/** What the thread that reads reports does for the inbound thread. */
export type DmarcMethods = {
  start: (request: { dataDir: string }) => void;
  take: (request: { workspaceId: string; bytes: Uint8Array }) => DmarcOutcome;
  takeMail: (request: {
    workspaceIds: readonly string[];
    raw: Uint8Array;
  }) => Promise<DmarcOutcome[]>;
  takeInstanceMail: (request: { raw: Uint8Array }) => Promise<DmarcOutcome>;
};

/** Reports that wait for the thread; the next sender tries again later. */
const MAX_WAITING = 16;
/** Reading is bounded by work, to a second or two; a thread that needs this long has a fault of ours. */
const LONGEST_MS = 60_000;

type Running = { worker: Worker; thread: Caller<DmarcMethods> };

/**
 * Reads DMARC reports in a thread of their own: unpacking and reading 20 MB of XML takes a second, in which no
 * other mail of the instance may wait. The thread starts with the first report. When it dies or hangs, what waits
 * for it is refused (the sender tries again) and the next report starts another.
 */
export class DmarcThread implements DmarcIntake {
  readonly #dataDir: string;
  #running: Running | undefined;
  #waiting = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  take(workspaceId: string, bytes: Uint8Array): Promise<DmarcOutcome> {
    return this.#ask((thread) => thread.call("take", { workspaceId, bytes }));
  }

  takeMail(workspaceIds: readonly string[], raw: Buffer): Promise<DmarcOutcome[]> {
    return this.#ask((thread) => thread.call("takeMail", { workspaceIds, raw: partOf(raw) }));
  }

  takeInstanceMail(raw: Buffer): Promise<DmarcOutcome> {
    return this.#ask((thread) => thread.call("takeInstanceMail", { raw: partOf(raw) }));
  }

  close(): void {
    this.#end("the DMARC thread is closed");
  }

  async #ask<T>(request: (thread: Caller<DmarcMethods>) => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      throw new AppError("unavailable", "Too many DMARC reports are waiting to be read.");
    }
    this.#waiting += 1;
    const running = this.#started();
    const watch = setTimeout(() => {
      log.error({ afterMs: LONGEST_MS }, "the DMARC thread hangs and is ended");
      this.#end("the DMARC thread was ended: it took too long", running);
    }, LONGEST_MS * this.#waiting);
    try {
      return await request(running.thread);
    } finally {
      clearTimeout(watch);
      this.#waiting -= 1;
    }
  }

  #started(): Running {
    if (this.#running !== undefined) {
      return this.#running;
    }
    const worker = new Worker(new URL("./dmarc.worker.ts", import.meta.url).href);
    const thread = connect<DmarcMethods>(worker);
    const running = { worker, thread };
    worker.addEventListener("error", (event) => {
      log.error({ err: event.message }, "the DMARC thread failed");
      this.#end(`the DMARC thread failed: ${event.message}`, running);
    });
    // Messages keep their order: what is asked next finds it started. A failed start ends what waits.
    thread
      .call("start", { dataDir: this.#dataDir })
      .catch((error: unknown) => this.#end(`the DMARC thread did not start: ${error}`, running));
    this.#running = running;
    return running;
  }

  #end(reason: string, running = this.#running): void {
    if (running === undefined || running !== this.#running) {
      return;
    }
    this.#running = undefined;
    running.thread.fail(new Error(reason));
    running.worker.terminate();
  }
}

/** What is copied to the other thread: a larger message holds no report that is read. */
const partOf = (raw: Buffer) => raw.subarray(0, MAX_REPORT_MAIL_BYTES);
