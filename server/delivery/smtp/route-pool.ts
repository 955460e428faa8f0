import { type Clock, systemClock } from "../../platform/clock.ts";
import type { Route, SmtpOutcome } from "../types.ts";
import type { Egress, EgressStatus, Site } from "./egress.ts";
import { outcomeOfError, SmtpAbandoned } from "./failure.ts";
import { type OpenOptions, openSession, type SmtpSession, siteOf } from "./session.ts";
import { SiteMemory } from "./site-memory.ts";
import type { Envelope, SendOptions } from "./transaction.ts";
import type { Wire } from "./wire.ts";

const IDLE_CLOSE_MS = 60_000;
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** A ceiling learned from a refused connection is lifted by one connection this often. */
const CEILING_STEP_MS = 60_000;

export type RoutePoolOptions = Omit<OpenOptions, "onWire" | "clock"> & {
  idleCloseMs?: number;
  backoffBaseMs?: number;
  clock?: Clock;
  /** 0 ≤ x < 1; spreads reconnects. */
  random?: () => number;
  /** Whose servers stand behind a recipient domain; without it all are `other`. */
  providerOf?: (domain: string) => string;
};

type Waiter = { resolve: (session: SmtpSession) => void; reject: (error: unknown) => void };

/**
 * The connections of one route. Opens them when there is work, up to the route's limit, reuses them up
 * to its messages per connection, closes idle ones. A route that cannot be reached is tried by one
 * connection at a time with growing pauses; only the message that made the try hears of the failure,
 * the others wait. Close it and make another one when the route is changed.
 */
export class RoutePool implements Egress {
  readonly route: Route;
  readonly #site: string;
  #options: RoutePoolOptions;
  #memory: SiteMemory;
  #clock: Clock;
  #idle: { session: SmtpSession; since: number }[] = [];
  #waiters: Waiter[] = [];
  /** Connections still in their handshake: `close()` does not wait for a tarpit. */
  #greeting = new Set<Wire>();
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
  #sweep: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #onEmpty: () => void = () => undefined;

  constructor(route: Route, options: RoutePoolOptions = {}) {
    this.route = route;
    this.#site = siteOf(route);
    this.#options = options;
    this.#memory = options.memory ?? new SiteMemory();
    this.#clock = options.clock ?? systemClock;
  }

  /** All mail goes to the relay's host; limits per provider still ask whose mailboxes they are. */
  siteOf(domain: string): Site {
    const provider = this.#options.providerOf?.(domain) ?? "other";
    return { key: this.route.host, name: this.route.host, provider };
  }

  status(): EgressStatus {
    const now = this.#clock();
    return {
      open: this.#open,
      busy: this.#busy,
      waiting: this.#waiters.length,
      limit: this.#limit(now),
      retryAt: this.#backoffUntil > now ? this.#backoffUntil : undefined,
      lastError: this.#lastError,
    };
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
    clearTimeout(this.#sweep);
    for (const waiter of this.#waiters.splice(0)) {
      waiter.reject(new SmtpAbandoned());
    }
    const done = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const { session } of this.#idle.splice(0)) {
      this.#discard(session);
    }
    for (const wire of this.#greeting) {
      wire.destroy();
    }
    if (this.#open > 0) {
      await done;
    }
  }

  async #sendOnce(
    message: Envelope,
    options: SendOptions,
  ): Promise<{ outcome: SmtpOutcome; again: boolean }> {
    const startedAt = performance.now();
    let session: SmtpSession;
    try {
      session = await this.#acquire(options.signal);
    } catch (error) {
      const durationMs = Math.round(performance.now() - startedAt);
      return { outcome: outcomeOfError(error, this.route.host, durationMs), again: false };
    }
    this.#busy += 1;
    try {
      const served = session.served;
      const outcome = await session.send(message, options);
      return { outcome, again: this.#learn(served, outcome) };
    } finally {
      this.#busy -= 1;
      this.#release(session);
    }
  }

  /** Remembers what the outcome says of the server; returns true when the same message may go again now. */
  #learn(served: number, outcome: SmtpOutcome): boolean {
    const now = this.#clock();
    if (outcome.kind === "accepted") {
      this.#memory.flightHeld(this.#site);
      return false;
    }
    if (outcome.kind !== "broken" && outcome.kind !== "refused") {
      return false;
    }
    const atStart = outcome.stage === "mail" || outcome.stage === "rset";
    if (outcome.kind === "refused") {
      const ended = served > 0 && atStart && outcome.reply.code === 421;
      if (ended) {
        const saidSo = /messages|transactions|per (connection|session)/i.test(outcome.reply.text);
        this.#memory.connectionEnded(this.#site, served, saidSo, now);
      }
      return ended;
    }
    if (outcome.fault === "protocol") {
      return !this.#memory.mayPipeline(this.#site, now) && outcome.stage !== "data";
    }
    if (served > 0 && atStart && outcome.fault === "connection") {
      this.#memory.connectionEnded(this.#site, served, false, now);
      return true;
    }
    if (served === 0 && (outcome.stage === "rcpt" || outcome.stage === "mail")) {
      this.#memory.flightBroke(this.#site, now);
    }
    return false;
  }

  #acquire(signal: AbortSignal | undefined): Promise<SmtpSession> {
    if (this.#isClosed || signal?.aborted) {
      return Promise.reject(new SmtpAbandoned());
    }
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      if (entry.session.isUsable) {
        return Promise.resolve(entry.session);
      }
      this.#discard(entry.session);
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(new SmtpAbandoned());
      };
      const waiter: Waiter = {
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
      this.#pump();
    });
  }

  #release(session: SmtpSession): void {
    const now = this.#clock();
    const own = this.route.maxPerConnection > 0 ? this.route.maxPerConnection : Infinity;
    const cap = Math.min(own, this.#memory.messagesPerConnection(this.#site, now));
    if (this.#isClosed || !session.isUsable || session.served >= cap) {
      this.#discard(session);
      return;
    }
    this.#offer(session);
    this.#pump();
  }

  #offer(session: SmtpSession): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(session);
      return;
    }
    this.#idle.push({ session, since: this.#clock() });
    session.onDead = () => this.#forgetIdle(session);
    this.#scheduleSweep();
  }

  #forgetIdle(session: SmtpSession): void {
    const at = this.#idle.findIndex((entry) => entry.session === session);
    if (at !== -1) {
      this.#idle.splice(at, 1);
      this.#discard(session);
    }
  }

  /** Counts the connection out once QUIT is over, so that the server never sees more than the limit. */
  #discard(session: SmtpSession): void {
    void session.quit().then(() => {
      this.#open -= 1;
      if (this.#open === 0) {
        this.#onEmpty();
      }
      this.#pump();
    });
  }

  #limit(now: number): number {
    const lifted = this.#ceiling + Math.floor((now - this.#ceilingAt) / CEILING_STEP_MS);
    return Math.max(1, Math.min(this.route.maxConnections, lifted));
  }

  /** Opens connections for those who wait: one at a time until one has worked. */
  #pump(): void {
    const now = this.#clock();
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
      this.#connect();
    }
  }

  #wakeAt(delayMs: number): void {
    clearTimeout(this.#wake);
    this.#wake = setTimeout(() => this.#pump(), delayMs);
  }

  #connect(): void {
    this.#open += 1;
    this.#connecting += 1;
    const startedAt = this.#clock();
    let wire: Wire | undefined;
    const onWire = (opened: Wire) => {
      wire = opened;
      this.#greeting.add(opened);
    };
    const shared = { memory: this.#memory, clock: this.#clock };
    openSession(this.route, { ...this.#options, ...shared, onWire }).then(
      (session) => {
        this.#forgetGreeting(wire);
        this.#connecting -= 1;
        this.#ceiling = Math.max(this.#ceiling, this.#open - this.#connecting);
        this.#isProven = true;
        this.#failures = 0;
        this.#lastError = "";
        if (this.#isClosed) {
          this.#discard(session);
          return;
        }
        this.#offer(session);
        this.#pump();
      },
      (error: unknown) => {
        this.#forgetGreeting(wire);
        this.#connecting -= 1;
        this.#open -= 1;
        this.#connectFailed(error, startedAt);
      },
    );
  }

  #forgetGreeting(wire: Wire | undefined): void {
    if (wire !== undefined) {
      this.#greeting.delete(wire);
    }
  }

  #connectFailed(error: unknown, startedAt: number): void {
    const now = this.#clock();
    this.#lastError = error instanceof Error ? error.message : String(error);
    const live = this.#open - this.#connecting;
    // Connections that were tried together fail together; they count as one failure.
    if (startedAt >= this.#backoffUntil) {
      this.#failures += 1;
      const base = this.#options.backoffBaseMs ?? BACKOFF_BASE_MS;
      const pause = Math.min(BACKOFF_MAX_MS, base * 2 ** Math.min(this.#failures - 1, 10));
      this.#backoffUntil = now + pause * (0.8 + 0.4 * (this.#options.random ?? Math.random)());
      if (live > 0) {
        this.#ceiling = live;
        this.#ceilingAt = now;
      } else {
        this.#isProven = false;
        this.#waiters.shift()?.reject(error);
      }
    }
    if (this.#isClosed && this.#open === 0) {
      this.#onEmpty();
    }
    this.#pump();
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined || this.#isClosed) {
      return;
    }
    const idleCloseMs = this.#options.idleCloseMs ?? IDLE_CLOSE_MS;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      const expired = this.#clock() - idleCloseMs;
      const old = this.#idle.filter((entry) => entry.since <= expired);
      this.#idle = this.#idle.filter((entry) => entry.since > expired);
      for (const { session } of old) {
        this.#discard(session);
      }
      if (this.#idle.length > 0) {
        this.#scheduleSweep();
      }
    }, idleCloseMs);
    this.#sweep.unref?.();
  }
}
