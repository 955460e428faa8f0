import type { Clock } from "../../platform/clock.ts";
import type { SmtpOutcome } from "../types.ts";
import type { EgressStatus } from "./egress.ts";
import { outcomeOfError, SmtpAbandoned, SmtpFailure } from "./failure.ts";
import { IdleSessions } from "./idle-sessions.ts";
import type { Room, Tenant } from "./room.ts";
import type { SmtpSession } from "./session.ts";
import type { SiteMemory } from "./site-memory.ts";
import type { Envelope, SendOptions } from "./transaction.ts";
import type { Wire } from "./wire.ts";

/** A ceiling learned from a refused connection is lifted by one connection this often. */
const CEILING_STEP_MS = 60_000;
/** A connection that others wait for carries at least so many messages before it makes way. */
const FAIR_TURN = 20;

export type ConnectionPoolParts = {
  /** Opens a connection; `onWire` hears of it during the handshake, so that it can be dropped. */
  open: (hooks: { onWire: (wire: Wire) => void; isClosed: () => boolean }) => Promise<SmtpSession>;
  /** Who is named when no connection could be opened. */
  host: string;
  /** Messages on one connection; Infinity = as many as the server takes. */
  maxPerConnection: number;
  /** The next message may begin in one write with the dot of the one before. */
  chainDot?: boolean;
  /** What its connections count against. */
  rooms: readonly Room[];
  /**
   * How long to open nothing after the nth failure in a row; the messages that wait go on waiting. Without it the
   * next message makes the next try, and whoever opens decides how soon that may be.
   */
  pauseMs?: (failures: number) => number;
  memory: SiteMemory;
  clock: Clock;
  idleCloseMs: number;
};

/** A connection that is being made; its wire is there once TCP is. */
type Opening = { since: number; wire: Wire | undefined };

type Waiter = {
  message: Envelope;
  resolve: (session: SmtpSession) => void;
  reject: (error: unknown) => void;
  /** It was taken back. */
  isGone: boolean;
};

/**
 * The connections to one destination from one address of ours. Opens them when there is work and room, reuses
 * them up to the messages per connection, closes idle ones. A destination that cannot be reached is tried by
 * one connection at a time; only the message that made the try hears of the failure.
 */
export class ConnectionPool implements Tenant {
  readonly #parts: ConnectionPoolParts;
  readonly #idle: IdleSessions;
  #waiters: Waiter[] = [];
  /** Messages that have begun on a connection whose last one is not answered yet. */
  readonly #begun = new Map<SmtpSession, Waiter>();
  /** Connections still in their handshake, oldest first: `close()` does not wait for a tarpit. */
  readonly #opening = new Set<Opening>();
  #open = 0;
  #connecting = 0;
  #busy = 0;
  #failures = 0;
  #isProven = false;
  #backoffUntil = 0;
  #lastError = "";
  #ceiling = Number.POSITIVE_INFINITY;
  #ceilingAt = 0;
  #wake: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #onEmpty: () => void = () => undefined;

  constructor(parts: ConnectionPoolParts) {
    this.#parts = parts;
    this.#idle = new IdleSessions({
      closeAfterMs: parts.idleCloseMs,
      clock: parts.clock,
      discard: (session) => this.#discard(session),
    });
  }

  /** Connections open or being opened. */
  get open(): number {
    return this.#open;
  }

  /** True when forgetting it loses nothing but its memory. */
  get isEmpty(): boolean {
    return this.#open === 0 && this.#waiters.length === 0;
  }

  status(): EgressStatus {
    const now = this.#parts.clock();
    return {
      open: this.#open,
      busy: this.#busy,
      waiting: this.#waiters.length,
      limit: this.#limit(now),
      retryAt: this.#backoffUntil > now ? this.#backoffUntil : undefined,
      lastError: this.#lastError,
      opening: this.#oldestOpening(),
    };
  }

  #oldestOpening(): EgressStatus["opening"] {
    const [oldest] = this.#opening;
    if (oldest === undefined || this.#open > this.#connecting) {
      return undefined;
    }
    const { wire, since } = oldest;
    return { stage: wire === undefined || wire.isDead ? "connect" : wire.stage, since };
  }

  /**
   * Sends one message on a free connection, waiting for one as long as it takes. See
   * `SmtpSession.send` for the promise around the dot. When a reused connection turns out to be closed
   * before the server has accepted the sender, the message goes out on a new one: `beforeDot` is
   * called at most once. An outcome at `dns`, `connect`, `greeting`, `ehlo`, `starttls` or `auth`
   * says that no connection could be opened.
   *
   * After `close()`, and when `signal` fires before the dot, the outcome is `abandoned`.
   */
  async send(message: Envelope, options: SendOptions): Promise<SmtpOutcome> {
    const first = await this.#sendOnce(message, options);
    return first.again ? (await this.#sendOnce(message, options)).outcome : first.outcome;
  }

  /** Lets messages under way finish, says QUIT on every connection and resolves when all are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#wake);
    for (const room of this.#parts.rooms) {
      room.leave(this);
    }
    for (const waiter of this.#waiters.splice(0)) {
      waiter.reject(new SmtpAbandoned());
    }
    const done = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.#idle.close();
    for (const { wire } of this.#opening) {
      wire?.destroy();
    }
    if (this.#open > 0) {
      await done;
    }
  }

  yieldIdle(): boolean {
    return this.#idle.endOldest();
  }

  async #sendOnce(
    message: Envelope,
    options: SendOptions,
  ): Promise<{ outcome: SmtpOutcome; again: boolean }> {
    const startedAt = performance.now();
    let session: SmtpSession;
    try {
      session = await this.#acquire(message, options.signal);
    } catch (error) {
      const durationMs = Math.round(performance.now() - startedAt);
      return { outcome: outcomeOfError(error, this.#parts.host, durationMs), again: false };
    }
    this.#busy += 1;
    try {
      const served = session.served;
      const outcome = await session.send(message, {
        ...options,
        chain: this.#parts.chainDot === true ? (fits) => this.#chain(session, fits) : undefined,
      });
      return { outcome, again: this.#parts.memory.learn(session.site, served, outcome, this.#now) };
    } finally {
      this.#busy -= 1;
      this.#release(session);
    }
  }

  get #now(): number {
    return this.#parts.clock();
  }

  /** Who follows on this connection; taken out of the queue, so that nobody else is given it. */
  #chain(session: SmtpSession, fits: (message: Envelope) => boolean): Envelope | undefined {
    const next = this.#waiters[0];
    // This message counts as served only when it is answered.
    if (next === undefined || this.#isUsedUp(session, 1) || !fits(next.message)) {
      return undefined;
    }
    this.#waiters.shift();
    this.#begun.set(session, next);
    return next.message;
  }

  #acquire(message: Envelope, signal: AbortSignal | undefined): Promise<SmtpSession> {
    if (this.#isClosed || signal?.aborted) {
      return Promise.reject(new SmtpAbandoned());
    }
    const idle = this.#idle.take();
    if (idle !== undefined) {
      return Promise.resolve(idle);
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiter.isGone = true;
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new SmtpAbandoned());
      };
      const waiter: Waiter = {
        message,
        isGone: false,
        resolve: (session) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(session);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort);
      this.#waiters.push(waiter);
      this.pump();
    });
  }

  #release(session: SmtpSession): void {
    const next = this.#begun.get(session);
    if (next !== undefined) {
      this.#begun.delete(session);
      this.#goOn(session, next);
      return;
    }
    if (this.#isUsedUp(session, 0) || !session.isUsable) {
      this.#discard(session);
      return;
    }
    this.#offer(session);
    this.pump();
  }

  /** The message that has begun goes on; where the connection has ended it was never sent, and waits in front. */
  #goOn(session: SmtpSession, next: Waiter): void {
    if (!next.isGone && !this.#isClosed && session.isUsable) {
      next.resolve(session);
      return;
    }
    if (!next.isGone && this.#isClosed) {
      next.reject(new SmtpAbandoned());
    } else if (!next.isGone) {
      this.#waiters.unshift(next);
    }
    this.#discard(session);
  }

  /** True when the connection should end after `more` messages than it has served. */
  #isUsedUp(session: SmtpSession, more: number): boolean {
    const { memory, maxPerConnection, rooms } = this.#parts;
    const served = session.served + more;
    const learned = memory.messagesPerConnection(session.site, this.#now);
    const isOwed =
      this.#waiters.length === 0
        ? rooms.some((room) => room.isWanted(this))
        : served >= FAIR_TURN && rooms.some((room) => room.isOwed(this));
    return this.#isClosed || isOwed || served >= Math.min(maxPerConnection, learned);
  }

  #offer(session: SmtpSession): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#idle.put(session);
    } else {
      waiter.resolve(session);
    }
  }

  /** Counts the connection out once QUIT is over, so that the server never sees more than the limit. */
  #discard(session: SmtpSession): void {
    void session.quit().then(() => {
      this.#countOut();
      this.pump();
    });
  }

  #countOut(wasUsed = true): void {
    this.#open -= 1;
    for (const room of this.#parts.rooms) {
      room.give(this, wasUsed);
    }
    if (this.#open === 0) {
      this.#onEmpty();
    }
  }

  #limit(now: number): number {
    const lifted = this.#ceiling + Math.floor((now - this.#ceilingAt) / CEILING_STEP_MS);
    return Math.max(1, Math.min(...this.#parts.rooms.map(({ max }) => max), lifted));
  }

  /** Opens connections for those who wait: one at a time until one has worked. */
  pump(): void {
    const now = this.#now;
    while (
      !this.#isClosed &&
      this.#waiters.length > this.#connecting &&
      this.#open < this.#limit(now) &&
      (this.#isProven || this.#connecting === 0)
    ) {
      if (this.#backoffUntil > now) {
        this.#wakeAt(this.#backoffUntil - now);
        return;
      }
      const full = this.#parts.rooms.find((room) => room.isFull);
      if (full !== undefined) {
        full.await(this);
        return;
      }
      this.#connect();
    }
  }

  #wakeAt(delayMs: number): void {
    clearTimeout(this.#wake);
    this.#wake = setTimeout(() => this.pump(), delayMs);
  }

  #connect(): void {
    this.#open += 1;
    this.#connecting += 1;
    for (const room of this.#parts.rooms) {
      room.take(this);
    }
    const startedAt = this.#now;
    const opening: Opening = { since: startedAt, wire: undefined };
    this.#opening.add(opening);
    const onWire = (opened: Wire) => {
      opening.wire = opened;
      if (this.#isClosed) {
        opened.destroy();
      }
    };
    const over = () => {
      this.#connecting -= 1;
      this.#opening.delete(opening);
    };
    this.#parts.open({ onWire, isClosed: () => this.#isClosed }).then(
      (session) => {
        over();
        this.#connected(session);
      },
      (error: unknown) => {
        over();
        this.#connectFailed(error, startedAt);
      },
    );
  }

  #connected(session: SmtpSession): void {
    this.#ceiling = Math.max(this.#ceiling, this.#open - this.#connecting);
    this.#isProven = true;
    this.#failures = 0;
    this.#lastError = "";
    if (this.#isClosed) {
      this.#discard(session);
      return;
    }
    this.#offer(session);
    this.pump();
  }

  #connectFailed(error: unknown, startedAt: number): void {
    const now = this.#now;
    this.#lastError = error instanceof Error ? error.message : String(error);
    const live = this.#open - this.#connecting - 1;
    // Connections that were tried together fail together; they count as one failure.
    if (startedAt >= this.#backoffUntil) {
      this.#failures += 1;
      this.#backoffUntil = now + (this.#parts.pauseMs?.(this.#failures) ?? 0);
      if (live > 0) {
        this.#ceiling = live;
        this.#ceilingAt = now;
      } else {
        this.#isProven = false;
        this.#waiters.shift()?.reject(error);
      }
    }
    const wasTried =
      !(error instanceof SmtpFailure) || (error.retryAt === undefined && error.stage !== "dns");
    this.#countOut(wasTried);
    this.pump();
  }
}
