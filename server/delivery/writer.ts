import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../platform/clock.ts";
import { type Databases, openDatabases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import { notFound } from "../platform/errors.ts";
import { isId } from "../platform/ids.ts";
import { log } from "../platform/log.ts";
import { beginPrimacy, stillReigns } from "../platform/primacy.ts";
import { freezeAudience } from "./audience/freeze.ts";
import { countWaterfall } from "./audience/waterfall.ts";
import { blockList, type IsBlocked } from "./block-list.store.ts";
import { bounceRules, breakerRules } from "./bounce-rules.ts";
import type { DotFact } from "./facts.ts";
import { Ingester } from "./ingest/ingester.ts";
import { settleAll } from "./ingest/settle.store.ts";
import { JournalFollower } from "./journal-follower.ts";
import { streamDir } from "./journal-streams.ts";
import {
  campaignsWithStatus,
  cancelSome,
  claimChunks,
  pauseWithReason,
  releaseForeignLeases,
  renewLeases,
} from "./queue/claim.store.ts";
import { createDue, type Due } from "./queue/due.store.ts";
import { holdsAmbiguous } from "./queue/load.store.ts";
import { recordAmbiguous } from "./queue/recovery.ts";
import { classifyEngagement } from "./stats/engagement-class.ts";
import { inSteps, nextTurn } from "./steps.ts";
import type {
  InHand,
  Leased,
  NodeIdentity,
  Recovered,
  StreamMarks,
  WriterEvents,
  WriterMethods,
} from "./writer-methods.ts";

const LEASE_MS = 90_000;
const TICK_MS = 120;
const RETENTION_MS = 60_000;
const FREEZE_AGAIN_MS = 30_000;

/**
 * The one writer of message rows, chunks, counters and due times: applies the journal, leases chunks,
 * freezes audiences, settles campaigns. Everything here runs on the writer thread, and every step
 * between two awaits is whole, so steps never see each other's half-done work.
 */
export class Writer {
  readonly #identity: NodeIdentity;
  readonly #clock: Clock;
  readonly #databases: Databases;
  readonly #due: Due;
  readonly #ingester: Ingester;
  readonly #journal: JournalFollower;
  readonly #onApplied: WriterEvents["applied"];
  readonly #freezing = new Map<string, Promise<number | undefined>>();
  /** Until when (unix ms) a freeze that failed is not started again by itself. */
  readonly #freezeAgainAt = new Map<string, number>();
  readonly #cancelling = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retainedAt: number;
  #stopped = false;
  readonly #onDeposed: () => void;

  constructor(
    identity: NodeIdentity,
    marks: StreamMarks,
    events: Pick<WriterEvents, "applied" | "deposed">,
    clock: Clock,
  ) {
    this.#identity = identity;
    this.#clock = clock;
    this.#onApplied = events.applied;
    this.#onDeposed = () => events.deposed(null);
    this.#databases = openDatabases(identity.dataDir);
    // A due time that a power cut took back would leave its work undone until somebody looks.
    this.#databases.system.pragma("synchronous = FULL");
    beginPrimacy(this.#databases.system, identity.boot, clock());
    this.#due = createDue(this.#databases.system, (id) => this.#find(id), clock);
    this.#retainedAt = clock();
    this.#ingester = new Ingester({
      workspace: (id) => this.#find(id),
      classify: classifyEngagement,
      bounces: bounceRules,
      breaker: breakerRules,
      due: this.#due,
      onApplied: (workspaceId, { campaigns, settled, outcomes, pausing }) =>
        this.#onApplied({ workspaceId, campaigns, settled, outcomes, pausing }),
      clock,
    });
    this.#journal = new JournalFollower(identity, marks, this.#ingester);
  }

  /**
   * Brings the databases up to what the journal says, names the ambiguous messages of dead processes and
   * takes their leases back. Must end before anybody sends; running it again changes nothing more.
   */
  async recover(): Promise<Recovered> {
    this.#journal.readAll();
    const dots = this.#ingester.openDots().map(({ fact }) => fact);
    const holds = (dot: DotFact) => holdsAmbiguous(this.#find(dot.w), dot.c);
    await recordAmbiguous(streamDir(this.#identity.dataDir, "delivery"), dots, holds);
    this.#journal.readAll();
    let leases = 0;
    for (const workspaceId of this.#due.all()) {
      const db = this.#find(workspaceId);
      leases += db === undefined ? 0 : releaseForeignLeases(db, this.#owner);
      this.look(workspaceId);
    }
    this.#journal.followDurable();
    return { ambiguous: dots.length, leases };
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
    return workspaces.flatMap((workspaceId) => {
      try {
        const claims = this.#leaseIn(workspaceId, inHand, want);
        return claims.length === 0 ? [] : [{ workspaceId, claims }];
      } catch (error) {
        // One workspace's broken or full file must not stop the others.
        log.error({ workspaceId, err: error }, "no work could be taken from a workspace");
        return [];
      }
    });
  }

  #leaseIn(workspaceId: string, inHand: readonly InHand[], want: number) {
    const db = this.#find(workspaceId);
    if (db === undefined) {
      this.#due.refresh(workspaceId);
      return [];
    }
    this.#advance(workspaceId, db);
    const mine = inHand.filter((entry) => entry.workspaceId === workspaceId);
    const claims = this.#claim(db, mine, want);
    this.#due.refresh(workspaceId);
    return claims;
  }

  renew({ workspaceId, held }: Parameters<WriterMethods["renew"]>[0]) {
    const db = this.#find(workspaceId);
    const leaseUntil = this.#clock() + LEASE_MS;
    return {
      held: db === undefined ? [] : renewLeases(db, held, this.#owner, leaseUntil),
      leaseUntil,
    };
  }

  expect(workspaceId: string): void {
    this.#due.expect(workspaceId);
  }

  look(workspaceId: string): void {
    const db = this.#find(workspaceId);
    if (db !== undefined) {
      this.#advance(workspaceId, db);
      this.#settle(workspaceId, db);
    }
    this.#due.refresh(workspaceId);
  }

  /** @throws AppError `not_found` when the workspace is gone. */
  prepare(workspaceId: string, campaignId: number): Promise<number | undefined> {
    this.#required(workspaceId);
    const key = `${workspaceId}/${campaignId}`;
    let freezing = this.#freezing.get(key);
    if (freezing === undefined) {
      // Before the first row: a crash from here on finds the workspace due and goes on freezing.
      this.#due.lower(workspaceId, this.#clock());
      freezing = this.#freeze(workspaceId, campaignId)
        .catch((error: unknown) => {
          this.#freezeAgainAt.set(key, this.#clock() + FREEZE_AGAIN_MS);
          throw error;
        })
        .finally(() => {
          this.#freezing.delete(key);
          this.look(workspaceId);
        });
      this.#freezing.set(key, freezing);
    }
    return freezing;
  }

  /** @throws AppError `not_found` when the workspace is gone. */
  waterfall({ workspaceId, audience }: Parameters<WriterMethods["waterfall"]>[0]) {
    const database = () => this.#required(workspaceId);
    return this.#inSteps(countWaterfall(database, audience, this.#clock(), this.#databases.system));
  }

  /** Does what a person asked of a campaign's messages. @throws AppError `not_found` and what `work` throws. */
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
    // Before the first row, so that a crash from here on finds the workspace due.
    this.#due.lower(workspaceId, now);
    try {
      return await this.#inSteps(work(database, now, isBlocked));
    } finally {
      this.#onApplied({ workspaceId, campaigns: [campaignId], settled: [], outcomes: {} });
      this.look(workspaceId);
    }
  }

  pause({ workspaceId, campaignId, reason }: Parameters<WriterMethods["pause"]>[0]): void {
    const db = this.#find(workspaceId);
    if (db !== undefined && pauseWithReason(db, campaignId, reason, this.#clock())) {
      log.warn({ workspaceId, campaignId, reason }, "campaign paused by delivery");
      this.#onApplied({ workspaceId, campaigns: [campaignId], settled: [], outcomes: {} });
    }
    this.look(workspaceId);
  }

  forget(workspaceId: string): void {
    this.#databases.closeWorkspace(workspaceId);
  }

  /** Applies everything that is in the journal, waits for no one, and closes the files. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    // A freeze ends at its next step; the next start goes on with it.
    await Promise.allSettled(this.#freezing.values());
    this.#tick();
    this.#journal.close();
    this.#databases.close();
  }

  get #owner(): string {
    return `${this.#identity.node}:${this.#identity.boot}`;
  }

  #find(workspaceId: string): Connection | undefined {
    const isThere =
      isId(workspaceId) && existsSync(join(this.#identity.dataDir, `t_${workspaceId}.db`));
    return isThere ? this.#databases.workspace(workspaceId) : undefined;
  }

  #required(workspaceId: string): Connection {
    const db = this.#find(workspaceId);
    if (db === undefined) {
      throw notFound("workspace");
    }
    return db;
  }

  /** Asked where work is claimed and results are applied; once false, the process ends. */
  #reigns(): boolean {
    const reigns = stillReigns(this.#databases.system, this.#identity.boot);
    if (!reigns && !this.#stopped) {
      this.#stopped = true;
      this.#onDeposed();
    }
    return reigns;
  }

  #tick(): void {
    try {
      if (!this.#reigns()) {
        return;
      }
      this.#journal.readAll();
      if (this.#clock() - this.#retainedAt > RETENTION_MS) {
        this.#retainedAt = this.#clock();
        this.#journal.dropApplied();
      }
    } catch (error) {
      log.error({ err: error }, "applying the journal failed; it is tried again");
    }
  }

  /** Starts what campaigns of the workspace wait for and nothing else would start. */
  #advance(workspaceId: string, db: Connection): void {
    for (const campaignId of campaignsWithStatus(db, "preparing")) {
      const key = `${workspaceId}/${campaignId}`;
      if (!this.#freezing.has(key) && (this.#freezeAgainAt.get(key) ?? 0) <= this.#clock()) {
        this.prepare(workspaceId, campaignId).catch((error: unknown) =>
          log.error({ workspaceId, campaignId, err: error }, "preparing the campaign failed"),
        );
      }
    }
    for (const campaignId of campaignsWithStatus(db, "cancelling")) {
      void this.#cancel(workspaceId, campaignId);
    }
  }

  #claim(db: Connection, inHand: readonly InHand[], want: number) {
    const now = this.#clock();
    return campaignsWithStatus(db, "sending").flatMap((campaignId) => {
      const has = inHand.find((entry) => entry.campaignId === campaignId);
      const messages = want - (has?.messages ?? 0);
      return messages <= 0
        ? []
        : claimChunks(db, {
            campaignId,
            owner: this.#owner,
            now,
            leaseUntil: now + LEASE_MS,
            messages,
            full: has?.full ?? [],
          });
    });
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
    );
    this.#onApplied({ workspaceId, campaigns: [campaignId], settled: [], outcomes: {} });
    return total;
  }

  async #cancel(workspaceId: string, campaignId: number): Promise<void> {
    const key = `${workspaceId}/${campaignId}`;
    if (this.#cancelling.has(key)) {
      return;
    }
    this.#cancelling.add(key);
    try {
      let skipped = 1;
      while (skipped > 0 && !this.#stopped) {
        const db = this.#find(workspaceId);
        skipped = db === undefined ? 0 : cancelSome(db, campaignId, this.#clock());
        await nextTurn();
      }
      const db = this.#stopped ? undefined : this.#find(workspaceId);
      if (db !== undefined) {
        this.#settle(workspaceId, db);
        this.#due.refresh(workspaceId);
      }
    } catch (error) {
      log.error({ workspaceId, campaignId, err: error }, "cancelling failed; it is tried again");
    } finally {
      this.#cancelling.delete(key);
    }
  }

  #inSteps<T>(steps: Generator<undefined, T>): Promise<T> {
    return inSteps(steps, () => this.#stopped);
  }
}
