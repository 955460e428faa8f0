import { AppError, because } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import { type Caller, connect } from "../../platform/workers/channel.ts";
import { type DmarcIntake, type DmarcOutcome, MAX_REPORT_MAIL_BYTES } from "./dmarc-desk.ts";

/** What the DMARC thread does for the inbound thread. */
export type DmarcMethods = {
  start: (request: { dataDir: string }) => void;
  take: (request: { workspaceId: string; bytes: Uint8Array }) => DmarcOutcome;
  takeMail: (request: {
    workspaceIds: readonly string[];
    raw: Uint8Array;
  }) => Promise<DmarcOutcome[]>;
  takeInstanceMail: (request: { raw: Uint8Array }) => Promise<DmarcOutcome>;
};

/** Maximum number of reports waiting for the thread; the sender of another one is told to try again later. */
const MAX_WAITING = 16;
/** The reading budget limits a report to a second or two, so a thread that takes this long has a bug. */
const LONGEST_MS = 60_000;

type Running = { worker: Worker; thread: Caller<DmarcMethods> };

/**
 * Reads DMARC reports in a separate thread, because reading 20 MB of XML takes about a second, which must not delay the
 * instance's other mail. The thread starts with the first report. When it dies or hangs, waiting reports are refused
 * (the senders try again) and the next report starts a new thread.
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
      throw new AppError("unavailable", because("reports_wait"));
    }
    this.#waiting += 1;
    const running = this.#started();
    const watch = setTimeout(() => {
      log.error({ afterMs: LONGEST_MS }, "the DMARC thread does not respond and is ended");
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
    // Messages arrive in order, so later calls find the thread started. A failed start rejects all waiting calls.
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

/** The part of a message to copy to the other thread; a longer message cannot contain a readable report. */
const partOf = (raw: Buffer) => raw.subarray(0, MAX_REPORT_MAIL_BYTES);
