import type { Clock } from "../../platform/clock.ts";
import { messageOf } from "../../platform/errors.ts";
import type { SmtpOutcome } from "../types.ts";
import { ConnectionHealth, type PauseAfter } from "./connection-health.ts";
import type { ConnectionLimit, LimitedPool } from "./connection-limit.ts";
import type { EgressStatus } from "./egress.ts";
import { endsConnection, outcomeOfError, reasonOf, SmtpAbandoned, SmtpFailure } from "./failure.ts";
import { IdleSessions } from "./idle-sessions.ts";
import { OpeningConnections } from "./opening-connections.ts";
import type { ServerMemory } from "./server-memory.ts";
import type { SmtpSession } from "./session.ts";
import type { Envelope, SendOptions } from "./transaction.ts";
import { type WaitingMessage, waitForSession } from "./waiting-message.ts";
import type { Wire } from "./wire.ts";

/** While others wait for room, a connection carries at least this many messages before it is closed for them. */
const FAIR_TURN = 20;

export type ConnectionPoolParts = {
  /** Opens a connection. `onWire` receives it during the handshake, so that it can be dropped on close. */
  open: (hooks: { onWire: (wire: Wire) => void; isClosed: () => boolean }) => Promise<SmtpSession>;
  /** The host name reported when no connection could be opened. */
  host: string;
  /** Messages per connection; Infinity = as many as the server accepts. */
  maxPerConnection: number;
  /** Send the envelope of the next message in the same write as the dot of the current one. */
  chainDot?: boolean;
  /** The shared limits that its connections count against. */
  limits: readonly ConnectionLimit[];
  /** Pause after the nth failure in a row, in ms. Waiting messages keep waiting. */
  pauseMs: PauseAfter;
  /** Called when another connection is ready for messages. */
  onReady?: (() => void) | undefined;
  /**
   * Shared by all pools that connect to the same server. `mark` reports a connection that is not greeted in time;
   * `isThere` is true while there are such connections.
   */
  crowd?: { mark: () => void; isThere: () => boolean };
  memory: ServerMemory;
  clock: Clock;
  idleCloseMs: number;
};

/**
 * The connections to one destination from one source address. Connections are opened when messages wait and the limits
 * allow it, reused up to `maxPerConnection`, and closed when idle. A destination that cannot be reached is retried with
 * one connection at a time; only the message that triggered the attempt gets the failure.
 */
export class ConnectionPool implements LimitedPool {
  readonly #parts: ConnectionPoolParts;
  readonly #idle: IdleSessions;
  readonly #health: ConnectionHealth;
  #waiters: WaitingMessage[] = [];
  /** Messages whose envelope was sent on a connection before the reply to its previous message arrived. */
  readonly #begun = new Map<SmtpSession, WaitingMessage>();
  readonly #openings: OpeningConnections;
  #open = 0;
  /** Connections that are sending QUIT. */
  #closing = 0;
  #busy = 0;
  #wake: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #onEmpty: () => void = () => undefined;

  constructor(parts: ConnectionPoolParts) {
    this.#parts = parts;
    this.#health = new ConnectionHealth(parts.pauseMs);
    this.#openings = new OpeningConnections({
      clock: parts.clock,
      onSlow: () => parts.crowd?.mark(),
    });
    this.#idle = new IdleSessions({
      isWanted: () => parts.crowd?.isThere() === true,
      closeAfterMs: parts.idleCloseMs,
      clock: parts.clock,
      discard: (session) => this.#discard(session),
    });
  }

  /** Connections that are open or being opened. */
  get open(): number {
    return this.#open;
  }

  /** Connections that have finished their handshake. */
  get ready(): number {
    return this.#open - this.#openings.size - this.#closing;
  }

  /** Ready connections, plus those being opened to a proven server, unless their handshake is slow. */
  get usable(): number {
    return this.#openings.size > 0 && this.#health.isProven
      ? this.#open - this.#closing - this.#openings.slow
      : this.ready;
  }

  /** True when the pool can be dropped without losing a connection or a message. */
  get isEmpty(): boolean {
    return this.#open === 0 && this.#waiters.length === 0;
  }

  status(): EgressStatus {
    const now = this.#parts.clock();
    return {
      open: this.#open,
      ready: this.ready,
      busy: this.#busy,
      waiting: this.#waiters.length,
      limit: this.#limit(now),
      retryAt: this.#health.backoffUntil > now ? this.#health.backoffUntil : undefined,
      lastError: this.#health.lastError,
      opening: this.#open > this.#openings.size ? undefined : this.#openings.oldest,
    };
  }

  /**
   * Sends one message on a free connection, waiting for one as long as it takes. See `SmtpSession.send` for the
   * guarantee about the dot. If the server closes a reused connection before it has accepted the sender, the message
   * is sent on a new one; `beforeDot` is still called at most once. An outcome at stage `dns`, `connect`, `greeting`,
   * `ehlo`, `starttls` or `auth` means that no connection could be opened.
   *
   * After `close()`, and when `signal` fires before the dot, the outcome is `abandoned`.
   */
  async send(message: Envelope, options: SendOptions): Promise<SmtpOutcome> {
    let triesOnNew = 0;
    for (;;) {
      const { outcome, again, wasNew } = await this.#sendOnce(message, options);
      triesOnNew += wasNew ? 1 : 0;
      // The loop ends: each reused connection fails at most once, and at most two new connections are tried.
      if (!again || triesOnNew > 1) {
        return outcome;
      }
    }
  }

  /** Lets messages in flight finish, sends QUIT on every connection and resolves when all are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#wake);
    for (const limit of this.#parts.limits) {
      limit.leave(this);
    }
    for (const waiter of this.#waiters.splice(0)) {
      waiter.reject(new SmtpAbandoned());
    }
    const done = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.#idle.close();
    this.#openings.close();
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
  ): Promise<{ outcome: SmtpOutcome; again: boolean; wasNew: boolean }> {
    const startedAt = performance.now();
    let session: SmtpSession;
    try {
      session = await this.#acquire(message, options);
    } catch (error) {
      const tookMs = Math.round(performance.now() - startedAt);
      return {
        outcome: outcomeOfError(error, this.#parts.host, tookMs),
        again: false,
        wasNew: true,
      };
    }
    this.#busy += 1;
    const served = session.served;
    const wasNew = served === 0;
    try {
      const outcome = await session.send(message, {
        ...options,
        chain: this.#parts.chainDot === true ? (fits) => this.#chain(session, fits) : undefined,
      });
      this.#onOutcome(outcome, wasNew);
      const again = this.#parts.memory.learn(session.server, served, outcome, this.#now);
      return { outcome, again, wasNew };
    } finally {
      this.#busy -= 1;
      this.#release(session);
    }
  }

  /** A server that ends a new connection at its first message does not want another one for now. */
  #onOutcome(outcome: SmtpOutcome, wasNew: boolean): void {
    if (wasNew && endsConnection(outcome)) {
      const at = { now: this.#now, startedAt: this.#now };
      this.#health.failed("turned_away", this.ready - 1, reasonOf(outcome), at);
    } else if (outcome.kind === "accepted" || outcome.kind === "refused") {
      this.#health.worked();
    }
  }

  get #now(): number {
    return this.#parts.clock();
  }

  /**
   * Returns the next message for this connection and removes it from the queue, so that no other connection takes it.
   */
  #chain(session: SmtpSession, fits: (message: Envelope) => boolean): Envelope | undefined {
    const next = this.#waiters[0];
    // The message being sent now is counted as served only after its reply.
    const isFree = next !== undefined && !this.#isUsedUp(session, 1) && fits(next.message);
    if (!isFree || next.isStillWanted?.() === false) {
      return undefined;
    }
    this.#waiters.shift();
    this.#begun.set(session, next);
    return next.message;
  }

  #acquire(message: Envelope, options: SendOptions): Promise<SmtpSession> {
    if (this.#isClosed || options.signal?.aborted) {
      return Promise.reject(new SmtpAbandoned());
    }
    const idle = this.#idle.take();
    if (idle !== undefined) {
      return Promise.resolve(idle);
    }
    const { waiting, session } = waitForSession(message, options, (gone) => {
      this.#waiters = this.#waiters.filter((other) => other !== gone);
    });
    this.#waiters.push(waiting);
    this.pump();
    return session;
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

  /**
   * Continues the message whose envelope has been sent. If the connection has ended, the message was not sent and goes
   * back to the front of the queue.
   */
  #goOn(session: SmtpSession, next: WaitingMessage): void {
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

  /** True when the connection should be closed after `more` further messages. */
  #isUsedUp(session: SmtpSession, more: number): boolean {
    const { memory, maxPerConnection, limits } = this.#parts;
    const served = session.served + more;
    const learned = memory.messagesPerConnection(session.server, this.#now);
    const isCrowded = this.#parts.crowd?.isThere() === true;
    const hasMoreThanItsShare =
      this.#waiters.length === 0
        ? isCrowded || limits.some((limit) => limit.isWanted(this))
        : served >= FAIR_TURN &&
          (isCrowded || limits.some((limit) => limit.hasMoreThanItsShare(this)));
    return this.#isClosed || hasMoreThanItsShare || served >= Math.min(maxPerConnection, learned);
  }

  #offer(session: SmtpSession): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#idle.put(session);
    } else {
      waiter.resolve(session);
    }
  }

  /** Frees the connection's place only after QUIT, so that the server never sees more connections than the limit. */
  #discard(session: SmtpSession): void {
    this.#closing += 1;
    void session.quit().then(() => {
      this.#closing -= 1;
      this.#countOut();
      this.pump();
    });
  }

  #countOut(wasUsed = true): void {
    this.#open -= 1;
    for (const limit of this.#parts.limits) {
      limit.give(this, wasUsed);
    }
    if (this.#open === 0) {
      this.#health.emptied();
      this.#onEmpty();
    }
  }

  #limit(now: number): number {
    const limits = this.#parts.limits.map(({ max }) => max);
    return Math.max(1, Math.min(...limits, this.#health.ceiling(now)));
  }

  /** Opens connections for waiting messages; only one at a time until the server is proven to work. */
  pump(): void {
    const now = this.#now;
    while (
      !this.#isClosed &&
      this.#waiters.length > this.#openings.size &&
      this.#open < this.#limit(now) &&
      (this.#health.isProven || this.#open === 0)
    ) {
      if (this.#health.backoffUntil > now) {
        this.#wakeAt(this.#health.backoffUntil - now);
        return;
      }
      const full = this.#parts.limits.find((limit) => limit.isFull);
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
    for (const limit of this.#parts.limits) {
      limit.take(this);
    }
    const { startedAt, onWire, over } = this.#openings.begin();
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
    this.#health.opened(this.ready);
    if (this.#isUsedUp(session, 0)) {
      this.#discard(session);
      return;
    }
    this.#offer(session);
    this.pump();
    this.#parts.onReady?.();
  }

  #connectFailed(error: unknown, startedAt: number): void {
    const live = this.ready - 1;
    const text = messageOf(error);
    const at = { now: this.#now, startedAt };
    if (this.#health.failed("not_opened", live, text, at) && live <= 0) {
      this.#waiters.shift()?.reject(error);
    }
    const wasTried =
      !(error instanceof SmtpFailure) || (error.retryAt === undefined && error.stage !== "dns");
    this.#countOut(wasTried);
    this.pump();
  }
}
