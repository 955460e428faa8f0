import type { Databases } from "../../platform/db/databases.ts";
import { log } from "../../platform/log.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import { resolveRecipient } from "../person.store.ts";
import type { Leased, OptOut, WriterMethods } from "../protocol.ts";
import { findContent, isWorkspace, loadChunk } from "../queue/load.store.ts";
import type { Signer } from "../render/signer.ts";
import type { QueueLimit } from "../types.ts";
import { ConsentGate } from "./consent-gate.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { Feedback } from "./feedback.ts";
import { Intake } from "./intake.ts";
import type { Judge } from "./judge-try.ts";
import { giveBackClaims, Renewals, refuseClaims } from "./leases.ts";
import { Ledger } from "./ledger.ts";
import { resumeNamed, suspendNamed } from "./limit-names.ts";
import { setCampaignRate } from "./limits.ts";
import { nowhereFact, unsentFact } from "./outcome-fact.ts";
import { Placer } from "./placing.ts";
import type { Recorder } from "./recorder.ts";
import { type ChunkInHand, emptyMessage, type MessageInHand, type Run } from "./run.ts";
import { makeRun, type RunFactory } from "./run-factory.ts";
import { Sender } from "./sender.ts";
import { campaignRate } from "./spread.ts";

const RENEW_EVERY_MS = 20_000;

export type PipelineParts = RunFactory &
  Judge & {
    databases: Databases;
    writer: Caller<WriterMethods>;
    recorder: Recorder;
    signer: Signer;
  };

/**
 * Sends campaigns: claim → place → limiter → render → consent check → smtp → result → journal. The writer thread
 * applies the journal to the database rows.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #dispatcher: Dispatcher;
  readonly #ledger: Ledger;
  readonly #placer: Placer;
  readonly #intake: Intake;
  readonly #runs = new Map<string, Run>();
  /** Runs that are being created, and whether they have been halted since. */
  readonly #making = new Map<string, { halted: boolean; claims: Leased["claims"] }>();
  readonly #gate: ConsentGate;
  readonly #renewals: Renewals;
  #leasing = false;
  #leaseAgain = false;
  #renewedAt = 0;
  #stopped = false;

  constructor(parts: PipelineParts, dispatcher: Dispatcher) {
    const { clocks, recorder, traffic, signer, rules, random } = parts;
    const clock = clocks.wall;
    this.#parts = parts;
    this.#gate = new ConsentGate(parts.databases, clocks);
    this.#renewals = new Renewals(parts.writer);
    this.#dispatcher = dispatcher;
    this.#ledger = new Ledger({ recorder, clock, onReleased: (run) => this.#endIfDone(run) });
    this.#placer = new Placer({
      book: traffic,
      clocks,
      onPlaced: (run) => dispatcher.laneReady(run),
      onEmptied: (lane) => dispatcher.tidy(lane),
      onNowhere: (run, item, domain) =>
        this.#ledger.settle(run, item, nowhereFact(run, item, domain, clock())),
    });
    this.#intake = new Intake(clocks, this.#ledger, dispatcher);
    const feedback = new Feedback({
      clocks,
      traffic,
      dispatcher,
      placer: this.#placer,
      runs: () => this.#runs.values(),
      onPause: (run, reason) => this.#pause(run, reason),
      onLostAnswers: ({ parts: { workspaceId, campaignId } }) =>
        parts.writer.tell("holdUnknown", { workspaceId, campaignId }),
    });
    const sender = new Sender({
      recorder,
      signer,
      clocks,
      rules,
      random,
      ledger: this.#ledger,
      dispatcher,
      feedback,
      gate: this.#gate,
      onPoolClosed: (run) => this.#halt(run),
      onPause: (run, reason) => this.#pause(run, reason),
      onEnd: (run) => this.#afterMessage(run),
    });
    dispatcher.start({
      send: (run, item) => void sender.send(run, item),
      parked: (lane, refusal) => this.#intake.parked(lane, refusal),
    });
  }

  get runs(): Iterable<Run> {
    return this.#runs.values();
  }

  /** Leases more chunks for campaigns that have too few messages in hand, in all due workspaces or only one. */
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
      for (const run of this.#runs.values()) {
        // A run with enough messages must stay unmarked, so that it can request more as soon as it runs low.
        if (only === undefined || run.parts.workspaceId === only) {
          run.isAsking = this.#intake.wantsMore(run);
        }
      }
      const leased = await this.#parts.writer.call("lease", {
        inHand: this.#inHand(),
        want: Intake.want,
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

  /**
   * The campaign's status has changed. If it is still `sending`, there may be chunks to lease; otherwise it is halted.
   */
  notice(workspaceId: string, campaignId: number): void {
    const { databases } = this.#parts;
    const db = this.#has(workspaceId) ? databases.workspace(workspaceId) : undefined;
    if (db !== undefined && findContent(db, campaignId)?.status === "sending") {
      this.refill(workspaceId).catch((error: unknown) =>
        log.error({ err: error }, "leasing more chunks failed"),
      );
    } else {
      this.halt(workspaceId, campaignId);
    }
  }

  /** Cancels messages before the dot; the chunks are given back when the rest has ended. */
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

  /** From now on only the database decides whether this address may be mailed, for all facts up to number `upTo`. */
  resubscribed(workspaceId: string, address: string, upTo: number): void {
    this.#gate.resubscribed(workspaceId, address, upTo);
  }

  /** The recipient of a message has unsubscribed or complained: no address of that person gets any more mail. */
  optedOut({ workspaceId, why, number, ...said }: OptOut): void {
    if (!this.#has(workspaceId)) {
      return;
    }
    const { addresses } = resolveRecipient(this.#parts.databases.workspace(workspaceId), said);
    for (const address of addresses) {
      this.#gate.optedOut(workspaceId, address, { why, number });
    }
  }

  /** A route of running campaigns has changed: they restart with its new settings. */
  routeChanged(workspaceId: string, routeId: number): void {
    this.#parts.traffic.forgetCircuit(workspaceId, routeId);
    for (const run of this.#runs.values()) {
      const { workspaceId: own, campaignId, routes } = run.parts;
      if (own === workspaceId && routes.some(({ egress }) => egress.route.id === routeId)) {
        // The chunks are given back and leased again at once; the new run loads the changed route.
        this.#halt(run);
        log.info({ workspaceId, campaignId, routeId }, "route changed: restarting the campaign");
      }
    }
  }

  /** Ends a suspension. @returns false when there was none. */
  resumeLimit(limit: QueueLimit): boolean {
    const { traffic, clocks } = this.#parts;
    const parts = { traffic, dispatcher: this.#dispatcher, runs: this.#runs.values() };
    return resumeNamed(parts, limit, clocks.steady());
  }

  /** Suspends a limit for `forMs`. */
  suspendLimit(limit: QueueLimit & { forMs: number; reason: string }): void {
    const untilMs = this.#parts.clocks.steady() + limit.forMs;
    suspendNamed(this.#parts.traffic, limit, untilMs, limit.reason);
  }

  /** Runs every second: renews leases, drops unused state, adjusts limits and leases work that has become due. */
  async tick(): Promise<void> {
    const now = this.#parts.clocks.steady();
    if (now - this.#renewedAt > RENEW_EVERY_MS) {
      this.#renewedAt = now;
      this.#renewals.begin(this.#runs.values());
    }
    for (const run of [...this.#runs.values()]) {
      if (this.#parts.databases.isSetAside(run.parts.workspaceId)) {
        this.#halt(run);
      }
    }
    const busy = new Set([...this.#runs.values()].map((run) => run.parts.workspaceId));
    this.#gate.sweep((id) => busy.has(id));
    this.#parts.traffic.sweep(now);
    this.#intake.campaigns = this.#runs.size;
    for (const run of [...this.#runs.values()]) {
      run.isAsking = false;
      this.#intake.tend(run);
      for (const campaignRoute of run.parts.routes.length > 1 ? run.parts.routes : []) {
        this.#placer.probe(run, campaignRoute);
      }
      this.#setRate(run);
      this.#endIfDone(run);
    }
    await this.refill();
    for (const run of this.#runs.values()) {
      this.#dispatcher.ready(run);
    }
  }

  /** Halts all runs and waits at most `withinMs` until all chunks have been given back. */
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

  /** False for a workspace that has been deleted or whose file is set aside as unusable. */
  #has(workspaceId: string): boolean {
    const { databases } = this.#parts;
    return isWorkspace(databases.system, workspaceId) && !databases.isSetAside(workspaceId);
  }

  #isBusy(): boolean {
    return this.#runs.size > 0 || this.#making.size > 0 || this.#parts.recorder.waiting > 0;
  }

  #inHand() {
    const runs = [...this.#runs.values()].map((run) => this.#intake.inHandOf(run));
    const making = [...this.#making.keys()].map((key) => {
      const [workspaceId = "", campaignId = ""] = key.split("/");
      return Intake.enough(workspaceId, Number(campaignId));
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
        run.isAsking = false;
        this.#loadOrHalt(run, own);
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
        await giveBackClaims(this.#parts, { workspaceId, campaignId, claims });
        return;
      }
      this.#runs.set(key, run);
      this.#dispatcher.add(run);
      this.#setRate(run);
      this.#loadOrHalt(run, claims);
    } catch (error) {
      await refuseClaims(this.#parts, { workspaceId, campaignId, claims }, error);
    } finally {
      this.#making.delete(key);
    }
  }

  /**
   * A database that cannot be read ends only this campaign's run. Chunks that were not loaded are given back
   * untouched.
   */
  #loadOrHalt(run: Run, claims: Leased["claims"]): void {
    const { workspaceId, campaignId } = run.parts;
    try {
      this.#load(run, claims);
    } catch (error) {
      const inHand = new Set([...run.chunks].map(({ claim }) => claim));
      const left = claims.filter((claim) => !inHand.has(claim));
      void refuseClaims(this.#parts, { workspaceId, campaignId, claims: left }, error);
      this.#halt(run);
    }
  }

  #load(run: Run, claims: Leased["claims"]): void {
    const { workspaceId, campaignId, consent: rule } = run.parts;
    const now = this.#parts.clocks.wall();
    for (const claim of claims) {
      // Read before the rows: if consent changes between the two reads, the recipients are checked again.
      const judgedAt = this.#gate.version(workspaceId);
      const isBlocked = this.#gate.isBlocked(workspaceId);
      const db = this.#parts.databases.workspace(workspaceId);
      const loaded = loadChunk(db, campaignId, { ...claim, now, isBlocked, rule });
      const chunk: ChunkInHand = { claim, open: loaded.recipients.length, unrecorded: 0 };
      run.chunks.add(chunk);
      for (const { seq, why } of loaded.unsent) {
        const item = { ...emptyMessage(seq), chunk };
        this.#ledger.record(run, chunk, unsentFact(run, item, why, now));
      }
      for (const recipient of loaded.recipients) {
        const item: MessageInHand = { ...recipient, chunk, judgedAt, lane: undefined };
        this.#placer.place(run, item);
      }
      this.#ledger.releaseIfDone(run, chunk);
    }
    if (run.isHalted) {
      this.#halt(run);
    } else {
      this.#intake.tend(run);
      this.#dispatcher.wake();
    }
  }

  #setRate(run: Run): void {
    const rate = campaignRate(run, this.#parts.clocks.wall());
    setCampaignRate(this.#parts.traffic.limiter, run, rate);
  }

  #endIfDone(run: Run): void {
    // Keep the run while a provider is blocked. A new run would not know that, and would claim and give back its
    // chunks.
    const hasMore = run.chunks.size > 0 || run.inFlight > 0;
    const waits = run.blocked.size > 0 && !run.isHalted;
    if (!hasMore && !waits && this.#runs.get(run.key) === run) {
      this.#runs.delete(run.key);
      this.#dispatcher.remove(run);
      this.#parts.writer.tell("look", { workspaceId: run.parts.workspaceId });
    }
  }

  #halt(run: Run): void {
    run.halt();
    this.#ledger.giveBack(run, run.dropWaiting());
    for (const chunk of [...run.chunks]) {
      this.#ledger.releaseIfDone(run, chunk);
    }
    this.#endIfDone(run);
  }

  #afterMessage(run: Run): void {
    if (run.isHalted) {
      this.#endIfDone(run);
    } else if (!run.isAsking && this.#intake.wantsMore(run)) {
      run.isAsking = true;
      this.refill(run.parts.workspaceId).catch((error: unknown) =>
        log.error({ err: error }, "leasing more chunks failed"),
      );
    }
  }

  #pause(run: Run, reason: string): void {
    const { workspaceId, campaignId } = run.parts;
    if (!run.isHalted) {
      this.#halt(run);
      this.#parts.writer.tell("pause", { workspaceId, campaignId, reason });
    }
  }
}
