import { domainOf } from "../../platform/address.rules.ts";
import { type Clock, steadyClock } from "../../platform/clock.ts";
import type { Route, RouteSource, SmtpOutcome } from "../types.ts";
import { accessTokens } from "./access-tokens.ts";
import { backoffMs } from "./backoff.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { Egress, EgressStatus, Site, Target } from "./egress.ts";
import { withProviderHeader } from "./provider-header.ts";
import { ServerMemory } from "./server-memory.ts";
import { type OpenOptions, openSession } from "./session.ts";
import { sourceFor } from "./source.ts";
import { sumOf } from "./status-sum.ts";
import type { SmtpTimeouts } from "./timeouts.ts";
import type { Envelope, SendOptions } from "./transaction.ts";

const IDLE_CLOSE_MS = 60_000;

/**
 * Shorter than the five minutes of RFC 5321 §4.5.3.2: a relay is a server that the user has chosen, and all messages
 * of its campaigns wait for it. A relay that is slower than this has no room for another connection.
 */
const relayTimeouts: Partial<SmtpTimeouts> = {
  connectMs: 20_000,
  greetingMs: 20_000,
  heloMs: 30_000,
  authMs: 60_000,
};

export type RoutePoolOptions = Omit<OpenOptions, "onWire" | "clock"> & {
  idleCloseMs?: number;
  backoffBaseMs?: number;
  clock?: Clock;
  /** 0 ≤ x < 1; used as jitter, so that connections do not retry together. */
  random?: () => number;
  /** Called when another connection is ready for messages. */
  onReady?: () => void;
  /** The provider that hosts a recipient domain; without this function all domains are `other`. */
  providerOf?: (domain: string) => string;
};

/**
 * The connections of a route with a single host: a relay or the test inbox. A relay that cannot be reached is retried
 * with one connection at a time and growing pauses; only the message that triggered the attempt gets the failure, the
 * others wait. When the route changes, close the pool and create a new one.
 */
export class RoutePool implements Egress {
  readonly route: Route;
  readonly #options: RoutePoolOptions;
  readonly #memory: ServerMemory;
  readonly #limit: ConnectionLimit;
  /** By source address; the empty string lets the system choose. */
  readonly #pools = new Map<string, ConnectionPool>();
  #isClosed = false;

  constructor(route: Route, options: RoutePoolOptions = {}) {
    this.route = route;
    const { oauth } = route;
    // One token source for all connections, so that they share the token.
    this.#options =
      oauth === undefined
        ? options
        : { accessToken: accessTokens({ ...route, oauth }), ...options };
    this.#memory = options.memory ?? new ServerMemory();
    this.#limit = new ConnectionLimit({
      max: route.maxConnections,
      clock: options.clock ?? steadyClock,
    });
  }

  /** All mail goes to the relay's host, but limits per provider still need the provider of the recipient. */
  siteOf(domain: string): Site {
    const provider = this.#options.providerOf?.(domain) ?? "other";
    return { key: this.route.host, name: this.route.host, provider };
  }

  async send(message: Envelope, options: SendOptions & { target?: Target }): Promise<SmtpOutcome> {
    if (this.#isClosed) {
      return { kind: "abandoned" };
    }
    const { target } = options;
    const domain = target?.domain ?? domainOf(message.envelopeTo);
    return await this.#poolOf(target?.source ?? sourceFor(this.route, domain)).send(
      withProviderHeader(message, this.route.preset),
      options,
    );
  }

  usable(): number {
    let usable = 0;
    for (const pool of this.#pools.values()) {
      usable += pool.usable;
    }
    return usable;
  }

  status(): EgressStatus {
    return sumOf([...this.#pools.values()], this.#limit.max);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #poolOf(source: RouteSource | undefined): ConnectionPool {
    const key = source?.address ?? "";
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = this.#newPool(source);
      this.#pools.set(key, pool);
    }
    return pool;
  }

  #newPool(source: RouteSource | undefined): ConnectionPool {
    const { route } = this;
    const { clock = steadyClock, random = Math.random, backoffBaseMs } = this.#options;
    const server = `${route.host}:${route.port}`;
    const heloName = source?.heloName || route.heloName || this.#options.heloName;
    const options: OpenOptions = {
      ...this.#options,
      timeouts: { ...relayTimeouts, ...this.#options.timeouts },
      memory: this.#memory,
      clock,
      ...(heloName === undefined ? {} : { heloName }),
      ...(source === undefined ? {} : { localAddress: source.address }),
    };
    return new ConnectionPool({
      open: ({ onWire }) => openSession(route, { ...options, onWire }),
      host: route.host,
      maxPerConnection: route.maxPerConnection > 0 ? route.maxPerConnection : Infinity,
      chainDot: route.chainDot === true,
      limits: [this.#limit],
      pauseMs: (failures) => backoffMs(failures, random, backoffBaseMs),
      onReady: this.#options.onReady,
      crowd: {
        mark: () => this.#memory.greetingIsSlow(server, clock()),
        isThere: () => this.#memory.isCrowded(server, clock()),
      },
      memory: this.#memory,
      clock,
      idleCloseMs: this.#options.idleCloseMs ?? IDLE_CLOSE_MS,
    });
  }
}
