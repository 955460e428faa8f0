import { join } from "node:path";
import { type Clock, steadyClock } from "../../platform/clock.ts";
import { isBusy } from "../../platform/db/busy.ts";
import { type Databases, openDatabases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { writeTurn } from "../../platform/db/write-turn.ts";
import { notFound } from "../../platform/errors.ts";
import { isId } from "../../platform/ids.ts";
import { log } from "../../platform/log.ts";
import { claimPrimacy, isStillPrimary } from "../../platform/primacy.ts";
import { freezeAudience } from "../audience/freeze.ts";
import { blockList, type IsBlocked } from "../block-list.store.ts";
import { Ingester } from "../ingest/ingester.ts";
import { KeptFacts } from "../ingest/kept-facts.ts";
import { settleAll } from "../ingest/settle.store.ts";
import type {
  InHand,
  Leased,
  NodeIdentity,
  Recovered,
  StreamMarks,
  WriterEvents,
  WriterMethods,
} from "../protocol.ts";
import { campaignsWithStatus, renewLeases } from "../queue/claim.store.ts";
import { createDue, type Due } from "../queue/due.store.ts";
import { bounceRules, breakerRules } from "../result/bounce-rules.ts";
import { classifyEngagement } from "../stats/engagement-class.ts";
import { CampaignBrake } from "./campaign-brake.ts";
import { Cancelling } from "./cancelling.ts";
import { claimForAll, LEASE_MS } from "./claims.ts";
import { Freezing } from "./freezing.ts";
import { JournalFollower } from "./journal-follower.ts";
import { JournalLosses } from "./journal-losses.ts";
import { streamDir } from "./journal-streams.ts";
import { OlderCopies } from "./older-copies.ts";
import { Revival } from "./revival.ts";
import { inSteps } from "./steps.ts";

// With leases and stamps, at most ten commits a second reach a workspace's file.
const TICK_MS = 140;
/** SQLite's busy time-out: longer than a short transaction of another thread. */
const BUSY_MS = 50;
/** How long no work is leased from a workspace whose file is locked. */
const LEAVE_LOCKED_MS = 500;
const LOCK_PATIENCE_MS = 60_000;

/**
 * The only writer of message rows, chunks, counters and due times. It runs on the writer thread. Code between two
 * awaits is never interrupted, so steps never see each other's unfinished work.
 */
export class Writer {
  readonly #identity: NodeIdentity;
  /** The name under which this process owns leases. */
  readonly #owner: string;
  readonly #clock: Clock;
  readonly #databases: Databases;
  readonly #due: Due;
  readonly #ingester: Ingester;
  readonly #kept: KeptFacts;
  readonly #revival: Revival;
  readonly #losses: JournalLosses;
  readonly #copies: OlderCopies;
  readonly #journal: JournalFollower;
  readonly #onApplied: WriterEvents["applied"];
  readonly #freezing: Freezing;
  readonly #cancelling: Cancelling;
  readonly brake: CampaignBrake;
  /** Until when (`performance.now()`) no work is leased from a workspace whose file is locked. */
  readonly #lockedUntil = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  readonly #onDeposed: () => void;

  constructor(identity: NodeIdentity, marks: StreamMarks, events: WriterEvents, clock: Clock) {
    this.#identity = identity;
    this.#owner = `${identity.node}:${identity.boot}`;
    this.#clock = clock;
    this.#onApplied = events.applied;
    this.#onDeposed = () => events.deposed(null);
    this.#databases = openDatabases(identity.dataDir, { busyTimeoutMs: BUSY_MS });
    // If a power cut lost a due time, its work would not be done until something else checks the workspace.
    this.#databases.system.pragma("synchronous = FULL");
    claimPrimacy(this.#databases.system, identity.boot, clock());
    this.#due = createDue(this.#databases.system, (id) => this.#find(id), clock);
    this.#kept = new KeptFacts(join(identity.dataDir, "local", "kept"));
    this.#ingester = new Ingester({
      workspace: (id) => this.#find(id),
      kept: this.#kept,
      classify: classifyEngagement,
      bounces: bounceRules,
      breaker: breakerRules,
      due: this.#due,
      onApplied: (workspaceId, { campaigns, settled, outcomes, pausing }) =>
        this.#onApplied({ workspaceId, campaigns, settled, outcomes, pausing }),
      clock,
    });
    const { system } = this.#databases;
    this.#copies = new OlderCopies({
      system,
      dataDir: identity.dataDir,
      clock,
      onPausing: (workspaceId, campaigns) => {
        this.#onApplied({ workspaceId, campaigns, settled: [], outcomes: {} });
        this.#revival.lookSoon(workspaceId);
      },
      onChecked: (id) => this.#due.discover(id) && this.#revival.lookSoon(id),
    });
    const onLoss = () => this.#copies.checkAgain();
    this.#losses = new JournalLosses({ system, ...identity, clock, onLoss });
    this.#revival = new Revival({
      dataDir: identity.dataDir,
      databases: this.#databases,
      kept: this.#kept,
      ingester: this.#ingester,
      find: (id) => this.#find(id),
      owner: this.#owner,
      look: (id) => this.look(id),
      missed: (id, above) => this.#journal.factsOf(id, above),
      losses: this.#losses,
    });
    const applying = { system, ingester: this.#ingester, losses: this.#losses, clock };
    this.#journal = new JournalFollower(identity, marks, applying);
    this.#freezing = new Freezing(steadyClock);
    this.brake = new CampaignBrake({
      find: (id) => this.#find(id),
      turn: (id) => this.#turn(id),
      look: (id) => this.look(id),
      onApplied: events.applied,
      clock,
    });
    this.#cancelling = new Cancelling({
      find: (id) => this.#find(id),
      turn: (id) => this.#turn(id),
      isStopped: () => this.#stopped,
      onDone: (id, db) => {
        this.#settle(id, db);
        this.#due.refresh(id);
      },
      clock,
    });
  }

  /**
   * Applies the journal, records the ambiguous messages of dead processes and takes their leases back. Must finish
   * before sending starts. Idempotent.
   */
  async recover(): Promise<Recovered> {
    this.#journal.readAll();
    const dots = this.#ingester.openDots().map(({ fact }) => fact);
    const dir = streamDir(this.#identity.dataDir, "delivery");
    const ambiguous = await this.#revival.nameAmbiguous(dir, dots, this.#due.all());
    this.#journal.readAll();
    const leases = this.#revival.takeBackAll(this.#due.all());
    this.#journal.followDurable();
    return { ambiguous, leases, above: this.#losses.above };
  }

  /** Starts to follow the journal. */
  run(): void {
    this.#timer = setTimeout(() => {
      this.#tick();
      if (!this.#stopped) {
        this.run();
      }
    }, TICK_MS);
  }

  lease({ inHand, want, only }: Parameters<WriterMethods["lease"]>[0]): Leased[] {
    if (!this.#reigns()) {
      return [];
    }
    const due = this.#due.now();
    const workspaces = only === undefined ? due : due.filter((id) => only.includes(id));
    const now = performance.now();
    return workspaces.flatMap((workspaceId) => {
      if ((this.#lockedUntil.get(workspaceId) ?? 0) > now) {
        return [];
      }
      this.#lockedUntil.delete(workspaceId);
      try {
        const claims = this.#leaseIn(workspaceId, inHand, want);
        return claims.length === 0 ? [] : [{ workspaceId, claims }];
      } catch (error) {
        if (isBusy(error)) {
          this.#lockedUntil.set(workspaceId, now + LEAVE_LOCKED_MS);
          return [];
        }
        // A workspace whose file is damaged or full must not stop the others.
        log.error({ workspaceId, err: error }, "could not lease work from a workspace");
        return [];
      }
    });
  }

  #leaseIn(workspaceId: string, inHand: readonly InHand[], want: number) {
    if (this.#databases.isSetAside(workspaceId) || this.#kept.has(workspaceId)) {
      return [];
    }
    const db = this.#find(workspaceId);
    if (db === undefined) {
      this.#due.refresh(workspaceId);
      return [];
    }
    this.#advance(workspaceId, db);
    const mine = inHand.filter((entry) => entry.workspaceId === workspaceId);
    const claims = claimForAll(db, mine, { want, owner: this.#owner, now: this.#clock() });
    this.#due.refresh(workspaceId);
    return claims;
  }

  async renew({ workspaceId, held }: Parameters<WriterMethods["renew"]>[0]) {
    await this.#turn(workspaceId);
    const db = this.#find(workspaceId);
    const leaseUntil = this.#clock() + LEASE_MS;
    const renewed = db === undefined ? [] : renewLeases(db, held, this.#owner, leaseUntil);
    return { held: renewed, leaseUntil };
  }

  expect(workspaceId: string): void {
    this.#due.expect(workspaceId);
  }

  /** Calls `look` as soon as the workspace's file is not locked. */
  async lookWhenFree(workspaceId: string): Promise<void> {
    await this.#turn(workspaceId);
    this.look(workspaceId);
  }

  look(workspaceId: string): void {
    const db = this.#find(workspaceId);
    if (db !== undefined) {
      this.#advance(workspaceId, db);
      this.#settle(workspaceId, db);
    }
    this.#due.refresh(workspaceId);
  }

  /** @throws AppError `not_found` when the workspace has been deleted. */
  async prepare(workspaceId: string, campaignId: number): Promise<number | undefined> {
    this.#required(workspaceId);
    try {
      return await this.#freezing.once(workspaceId, campaignId, async () => {
        // Before the first row is written: after a crash the workspace is then due, and the freeze continues.
        this.#due.lower(workspaceId, this.#clock());
        return await this.#freeze(workspaceId, campaignId);
      });
    } finally {
      await this.lookWhenFree(workspaceId);
    }
  }

  /** Applies a person's change to a campaign's messages. @throws AppError `not_found`, and errors of `work`. */
  async change<T>(
    workspaceId: string,
    campaignId: number,
    work: (
      database: () => Connection,
      now: number,
      isBlocked: IsBlocked,
    ) => Generator<undefined, T>,
  ): Promise<T> {
    const database = () => this.#required(workspaceId);
    const now = this.#clock();
    const isBlocked = blockList(this.#databases.system, database(), now);
    // Before the first row is written, so that after a crash the workspace is due.
    this.#due.lower(workspaceId, now);
    try {
      return await this.#inSteps(work(database, now, isBlocked), workspaceId);
    } finally {
      this.#onApplied({ workspaceId, campaigns: [campaignId], settled: [], outcomes: {} });
      await this.lookWhenFree(workspaceId);
    }
  }

  forget(workspaceId: string): void {
    this.#databases.closeWorkspace(workspaceId);
  }

  /** Applies the rest of the journal and closes the files. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    // A freeze stops at its next step. The next process continues it.
    await this.#freezing.end();
    this.#tick();
    this.#revival.openAll();
    this.#journal.close();
    this.#kept.close();
    this.#databases.close();
  }

  #find(workspaceId: string): Connection | undefined {
    const db = isId(workspaceId) ? this.#databases.find(workspaceId) : undefined;
    if (db !== undefined) {
      this.#copies.check(workspaceId, db);
    }
    return db;
  }

  #required(workspaceId: string): Connection {
    const db = this.#find(workspaceId);
    if (db === undefined) {
      throw notFound("workspace");
    }
    return db;
  }

  /** False once another process has taken over the data folder; this process then exits. */
  #reigns(): boolean {
    const reigns = isStillPrimary(this.#databases.system, this.#identity.boot);
    if (!reigns && !this.#stopped) {
      this.#stopped = true;
      this.#onDeposed();
    }
    return reigns;
  }

  /** Applies the journal; false when facts of the workspace wait because its file cannot be written. */
  async catchUp(workspaceId: string): Promise<boolean> {
    await this.#turn(workspaceId);
    if (!this.#reigns()) {
      return false;
    }
    this.#journal.readAll();
    return !this.#ingester.owes(workspaceId);
  }

  /** Applies the journal and removes all segments that are fully applied. */
  dropJournal(): void {
    if (this.#reigns()) {
      this.#journal.readAll();
      this.#journal.dropApplied("now");
    }
  }

  #tick(): void {
    try {
      if (!this.#reigns()) {
        return;
      }
      this.#revival.reviveAll();
      this.#journal.readAll();
      this.#journal.dropApplied();
    } catch (error) {
      log.error({ err: error }, "applying the journal failed; it will be retried");
    }
  }

  /** Starts freezes and cancellations of the workspace that nothing else would start. */
  #advance(workspaceId: string, db: Connection): void {
    for (const campaignId of campaignsWithStatus(db, "preparing")) {
      if (this.#freezing.mayBegin(workspaceId, campaignId)) {
        this.prepare(workspaceId, campaignId).catch((error: unknown) =>
          log.error({ workspaceId, campaignId, err: error }, "preparing a campaign failed"),
        );
      }
    }
    for (const campaignId of campaignsWithStatus(db, "cancelling")) {
      void this.#cancelling.cancel(workspaceId, campaignId);
    }
  }

  #settle(workspaceId: string, db: Connection): void {
    const settled = settleAll(db, this.#clock());
    if (settled.length > 0) {
      const campaigns = settled.map(({ campaignId }) => campaignId);
      this.#onApplied({ workspaceId, campaigns, settled, outcomes: {} });
    }
  }

  async #freeze(workspaceId: string, campaignId: number): Promise<number | undefined> {
    const database = () => this.#required(workspaceId);
    const total = await this.#inSteps(
      freezeAudience(database, campaignId, this.#clock, this.#databases.system),
      workspaceId,
    );
    this.#copies.recordStarted(workspaceId, database());
    this.#onApplied({ workspaceId, campaigns: [campaignId], settled: [], outcomes: {} });
    return total;
  }

  /** Runs work in steps. With a workspace, each step waits until that workspace's file is not locked. */
  #inSteps<T>(steps: Generator<undefined, T>, workspaceId?: string): Promise<T> {
    const before = workspaceId === undefined ? undefined : () => this.#turn(workspaceId);
    return inSteps(steps, () => this.#stopped, before);
  }

  /** Resolves when the workspace's file is not locked; this thread does other work in the meantime. */
  async #turn(workspaceId: string): Promise<void> {
    if (this.#find(workspaceId) !== undefined) {
      await writeTurn(() => this.#required(workspaceId), LOCK_PATIENCE_MS);
    }
  }
}
