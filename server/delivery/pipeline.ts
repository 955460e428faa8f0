import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import { log } from "../platform/log.ts";
import type { Caller } from "../platform/workers/channel.ts";
import { blockList } from "./block-list.store.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { ResultFact, UndotFact } from "./facts.ts";
import { judgeTry } from "./judge-try.ts";
import { refuseClaims, renewLeases } from "./leases.ts";
import type { Settlement } from "./limiter/limiter.ts";
import { Suppressed, tryMessage } from "./message-try.ts";
import { attemptFact, releaseFact, skippedFact, unrenderableFact } from "./outcome-fact.ts";
import { addressOf, findContent, isWorkspace, loadChunk } from "./queue/load.store.ts";
import type { Recorder } from "./recorder.ts";
import { TemplateError } from "./render/liquid-engine.ts";
import type { Signer } from "./render/signer.ts";
import { type ChunkInHand, emptyItem, type Item, type Run } from "./run.ts";
import { CannotSend, makeRun, type RunFactory } from "./run-factory.ts";
import { EVERYWHERE, SuppressionDelta } from "./suppression-delta.ts";
import type { SmtpOutcome } from "./types.ts";
import type { Leased, WriterMethods } from "./writer-methods.ts";

/** Messages of one campaign to have in hand: one chunk being sent, one ready. */
const WANT = 1_000;
const REFILL_BELOW = 500;
const RENEW_EVERY_MS = 20_000;
const RETRY_OWN_FAILURE_MS = 2_000;

export type PipelineParts = RunFactory & {
  databases: Databases;
  writer: Caller<WriterMethods>;
  recorder: Recorder;
  signer: Signer;
  clock: Clock;
};

/**
 * Sends campaigns. It reads as the sentence: claim → (suppressed?) → render → limiter → smtp → result
 * → journal; what the journal says becomes rows on the writer thread.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #dispatcher: Dispatcher;
  readonly #runs = new Map<string, Run>();
  /** Runs being made, and whether they were halted meanwhile. */
  readonly #making = new Map<string, { halted: boolean; claims: Leased["claims"] }>();
  readonly #delta = new SuppressionDelta();
  #leasing = false;
  #leaseAgain = false;
  #renewedAt = 0;
  #stopped = false;

  constructor(parts: PipelineParts, dispatcher: Dispatcher) {
    this.#parts = parts;
    this.#dispatcher = dispatcher;
    dispatcher.start((run, item) => void this.#send(run, item));
  }

  get runs(): Iterable<Run> {
    return this.#runs.values();
  }

  /** Asks for work where less than enough is in hand; all due workspaces, or only one. */
  async refill(only?: string): Promise<void> {
    if (this.#stopped || this.#parts.recorder.trouble !== undefined) {
      return;
    }
    if (this.#leasing) {
      this.#leaseAgain = true;
      return;
    }
    this.#leasing = true;
    try {
      const leased = await this.#parts.writer.call("lease", {
        inHand: this.#inHand(),
        want: WANT,
        ...(only === undefined ? {} : { only: [only] }),
      });
      for (const { workspaceId, claims } of leased) {
        this.#accept(workspaceId, claims);
      }
    } finally {
      this.#leasing = false;
    }
    if (this.#leaseAgain) {
      this.#leaseAgain = false;
      await this.refill();
    }
  }

  /** The campaign's status was changed: one that is no longer `sending` is halted, else there may be work. */
  notice(workspaceId: string, campaignId: number): void {
    const { databases } = this.#parts;
    const isHere = isWorkspace(databases.system, workspaceId);
    const db = isHere ? databases.workspace(workspaceId) : undefined;
    if (db !== undefined && findContent(db, campaignId)?.status === "sending") {
      this.refill(workspaceId).catch((error: unknown) =>
        log.error({ err: error }, "asking for more work failed"),
      );
    } else {
      this.halt(workspaceId, campaignId);
    }
  }

  /** Takes back what is before its dot and gives the chunks back when the rest is done. */
  halt(workspaceId: string, campaignId: number): void {
    const key = `${workspaceId}/${campaignId}`;
    const making = this.#making.get(key);
    if (making !== undefined) {
      making.halted = true;
    }
    const run = this.#runs.get(key);
    if (run !== undefined) {
      this.#halt(run);
    }
  }

  suppressed(workspaceId: string, address: string): void {
    this.#delta.add(workspaceId, address, this.#parts.clock());
  }

  unsuppressed(workspaceId: string, address: string): void {
    this.#delta.remove(workspaceId, address);
  }

  unsubscribed(workspaceId: string, campaignId: number, seq: number): void {
    const { databases } = this.#parts;
    const isHere = isWorkspace(databases.system, workspaceId);
    const address = isHere && addressOf(databases.workspace(workspaceId), campaignId, seq);
    if (address) {
      this.suppressed(workspaceId, address);
    }
  }

  /** The route of running campaigns was changed: they go on with what it is now. */
  routeChanged(workspaceId: string, routeId: number): void {
    for (const run of this.#runs.values()) {
      const { workspaceId: own, campaignId, pool } = run.parts;
      if (own === workspaceId && pool.route.id === routeId) {
        // Given back, they are leased again at once, and the new run loads the route as it is now.
        this.#halt(run);
        log.info({ workspaceId, campaignId, routeId }, "route changed: the campaign starts over");
      }
    }
  }

  /** Every second: work that became due, leases about to end, memory not needed any more. */
  async tick(): Promise<void> {
    const now = this.#parts.clock();
    if (now - this.#renewedAt > RENEW_EVERY_MS) {
      this.#renewedAt = now;
      for (const run of this.#runs.values()) {
        await renewLeases(this.#parts.writer, run);
      }
    }
    const busy = new Set([...this.#runs.values()].map((run) => run.parts.workspaceId));
    this.#delta.sweep((id) => (id === EVERYWHERE ? busy.size > 0 : busy.has(id)), now);
    await this.refill();
    for (const run of this.#runs.values()) {
      this.#dispatcher.ready(run);
    }
  }

  /** Halts everything and waits until all chunks are given back, at most `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    for (const making of this.#making.values()) {
      making.halted = true;
    }
    for (const run of this.#runs.values()) {
      this.#halt(run);
    }
    const giveUpAt = performance.now() + withinMs;
    while (this.#isBusy() && performance.now() < giveUpAt) {
      await Bun.sleep(5);
    }
  }

  #isBusy(): boolean {
    return this.#runs.size > 0 || this.#making.size > 0 || this.#parts.recorder.waiting > 0;
  }

  #inHand() {
    const runs = [...this.#runs.values()].map((run) => ({
      workspaceId: run.parts.workspaceId,
      campaignId: run.parts.campaignId,
      // A halted run takes nothing more until it is gone.
      messages: run.isHalted || run.inHand >= REFILL_BELOW ? WANT : run.inHand,
    }));
    const making = [...this.#making.keys()].map((key) => {
      const [workspaceId = "", campaignId = ""] = key.split("/");
      return { workspaceId, campaignId: Number(campaignId), messages: WANT };
    });
    return [...runs, ...making];
  }

  #accept(workspaceId: string, claims: Leased["claims"]): void {
    for (const campaignId of new Set(claims.map((claim) => claim.campaignId))) {
      const own = claims.filter((claim) => claim.campaignId === campaignId);
      const run = this.#runs.get(`${workspaceId}/${campaignId}`);
      if (run === undefined) {
        void this.#start(workspaceId, campaignId, own);
      } else {
        this.#load(run, own);
      }
    }
  }

  async #start(workspaceId: string, campaignId: number, claims: Leased["claims"]): Promise<void> {
    const key = `${workspaceId}/${campaignId}`;
    const making = { halted: false, claims };
    this.#making.set(key, making);
    try {
      const database = () => this.#parts.databases.workspace(workspaceId);
      const run = await makeRun(this.#parts, database, workspaceId, campaignId);
      if (making.halted) {
        throw new CannotSend("");
      }
      this.#runs.set(key, run);
      this.#dispatcher.add(run);
      this.#load(run, claims);
    } catch (error) {
      await refuseClaims(this.#parts, { workspaceId, campaignId, claims }, error);
    } finally {
      this.#making.delete(key);
    }
  }

  #load(run: Run, claims: Leased["claims"]): void {
    const { workspaceId, campaignId } = run.parts;
    const now = this.#parts.clock();
    for (const claim of claims) {
      const db = this.#parts.databases.workspace(workspaceId);
      const isBlocked = blockList(this.#parts.databases.system, db, now);
      const loaded = loadChunk(db, campaignId, { ...claim, now, isBlocked });
      const chunk: ChunkInHand = { claim, open: loaded.recipients.length, unrecorded: 0 };
      run.chunks.add(chunk);
      for (const { seq, reason } of loaded.skipped) {
        const fact = { ...emptyItem(seq), chunk };
        this.#record(run, chunk, skippedFact(run, fact, reason, now));
      }
      run.add(loaded.recipients.map((recipient) => ({ ...recipient, chunk })));
      this.#releaseIfDone(run, chunk);
    }
    if (run.isHalted) {
      this.#halt(run);
    } else {
      this.#dispatcher.ready(run);
    }
  }

  async #send(run: Run, item: Item): Promise<void> {
    const startedAt = this.#parts.clock();
    let how: Settlement = "not_sent";
    try {
      const outcome = await this.#attempt(run, item, startedAt);
      if (outcome.kind === "abandoned") {
        this.#abandoned(run, item);
      } else {
        how = this.#learn(run, item, outcome, startedAt);
      }
    } catch (error) {
      this.#cannot(run, item, error, startedAt);
    } finally {
      run.inFlight -= 1;
      this.#dispatcher.finished(run, item, how);
      this.#afterMessage(run);
    }
  }

  #learn(
    run: Run,
    item: Item,
    outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
    startedAt: number,
  ): Settlement {
    const verdict = judgeTry(run, item, outcome, this.#parts.clock());
    run.hasDelivered ||= verdict.state === "sent";
    this.#settle(run, item, attemptFact(run, item, outcome, verdict, startedAt));
    if (verdict.routeFault !== undefined) {
      this.#stopForRoute(run, verdict.routeFault);
    }
    if (verdict.pushback) {
      return "pushback";
    }
    return outcome.kind === "accepted" ? "success" : "neutral";
  }

  async #attempt(run: Run, item: Item, startedAt: number): Promise<SmtpOutcome> {
    return await tryMessage(this.#parts, run, item, {
      startedAt,
      isSuppressed: () => this.#isSuppressed(run, item),
      onUndot: (fact) => this.#record(run, item.chunk, fact),
    });
  }

  #isSuppressed(run: Run, item: Item): boolean {
    return this.#delta.has(run.parts.workspaceId, item.recipient.address);
  }

  #cannot(run: Run, item: Item, error: unknown, at: number): void {
    if (error instanceof Suppressed) {
      this.#settle(run, item, skippedFact(run, item, "suppressed_unsubscribed", at));
    } else if (error instanceof TemplateError) {
      this.#settle(run, item, unrenderableFact(run, item, error.message, at));
    } else {
      // The signer died, or something we did not foresee: nothing was sent, so nothing has happened.
      const { workspaceId, campaignId } = run.parts;
      log.error({ workspaceId, campaignId, err: error }, "a message could not be tried");
      this.#takeBack(run, item);
      const again = this.#parts.clock() + RETRY_OWN_FAILURE_MS;
      this.#dispatcher.hold(run, again, "SwiftMail itself failed; it tries again.");
    }
  }

  #abandoned(run: Run, item: Item): void {
    if (!run.isHalted && this.#parts.recorder.trouble === undefined) {
      // The pool was closed because its route has changed: the campaign starts over with the new one.
      this.#halt(run);
    }
    this.#takeBack(run, item);
  }

  /** As if it had never been taken: it is still pending. */
  #takeBack(run: Run, item: Item): void {
    if (run.isHalted) {
      item.chunk.open -= 1;
      this.#releaseIfDone(run, item.chunk);
    } else {
      run.putBack(item);
      this.#dispatcher.ready(run);
    }
  }

  #settle(run: Run, item: Item, fact: ResultFact): void {
    run.finished += 1;
    item.chunk.open -= 1;
    this.#record(run, item.chunk, fact);
  }

  #record(run: Run, chunk: ChunkInHand, fact: ResultFact | UndotFact): void {
    chunk.unrecorded += 1;
    void this.#parts.recorder.keep(fact).then(() => {
      chunk.unrecorded -= 1;
      this.#releaseIfDone(run, chunk);
    });
  }

  /** A chunk goes back when every fact about it is durable, so that its release is behind them all. */
  #releaseIfDone(run: Run, chunk: ChunkInHand): void {
    if (chunk.open > 0 || chunk.unrecorded > 0 || !run.chunks.delete(chunk)) {
      return;
    }
    void this.#parts.recorder
      .keep(releaseFact(run, chunk, this.#parts.clock()))
      .then(() => this.#endIfDone(run));
  }

  #endIfDone(run: Run): void {
    const key = `${run.parts.workspaceId}/${run.parts.campaignId}`;
    if (run.chunks.size === 0 && run.inFlight === 0 && this.#runs.get(key) === run) {
      this.#runs.delete(key);
      this.#dispatcher.remove(run);
      this.#parts.writer.tell("look", { workspaceId: run.parts.workspaceId });
    }
  }

  #halt(run: Run): void {
    run.controller.abort();
    run.dropWaiting();
    for (const chunk of [...run.chunks]) {
      this.#releaseIfDone(run, chunk);
    }
    this.#endIfDone(run);
  }

  #afterMessage(run: Run): void {
    if (run.isHalted) {
      this.#endIfDone(run);
    } else if (run.inHand === REFILL_BELOW - 1 || run.inHand === 0) {
      this.refill(run.parts.workspaceId).catch((error: unknown) =>
        log.error({ err: error }, "asking for more work failed"),
      );
    }
  }

  #stopForRoute(run: Run, fault: string): void {
    const { workspaceId, campaignId, pool } = run.parts;
    if (!run.isHalted) {
      const reason = `The route “${pool.route.name}” does not work: ${fault}`;
      this.#halt(run);
      this.#parts.writer.tell("pause", { workspaceId, campaignId, reason });
    }
  }
}
