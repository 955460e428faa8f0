import { LRUCache } from "lru-cache";
import { type Clock, steadyClock } from "../clock.ts";
import { because, messageOf, type Reason, storedReason } from "../errors.ts";
import {
  type DnsRecords,
  type DnsType,
  encodeQuery,
  type Question,
  type Response,
  readResponse,
} from "./message.ts";
import { systemServers } from "./system-servers.ts";
import { askTcp, askUdp, type DnsServer, parseServer, TooManyForgedPackets } from "./transport.ts";

const CACHE_ENTRIES = 65_536;
const MIN_TTL_S = 60;
const MAX_TTL_S = 6 * 3_600;
const MAX_NEGATIVE_TTL_S = 15 * 60;
/** How long a failed lookup is cached (s). */
const FAILURE_TTL_S = 30;
/** How long an expired answer may still be used when no new one is available. */
const STALE_MS = 3_600_000;
/** Maximum number of concurrent queries, each of which uses a socket. */
const MAX_AT_ONCE = 128;
/** Every server is asked once with the first time-out, then once more with the second. */
const TIMEOUTS_MS = [2_500, 5_000];

export type DnsAnswer<T extends DnsType = DnsType> =
  | { kind: "found"; records: DnsRecords[T][] }
  /** The name exists but has no record of this type. */
  | { kind: "no_data" }
  /** The name does not exist (NXDOMAIN). */
  | { kind: "no_domain" }
  /** No usable answer: SERVFAIL or time-out. */
  | { kind: "failed"; reason: Reason };

export type DnsClientOptions = {
  /** Addresses, with a port unless it is 53; none = the system's name servers. */
  servers?: readonly string[] | undefined;
  timeoutsMs?: readonly number[];
  clock?: Clock;
};

/** After `freshUntil` the name is looked up again; until `staleUntil` the old answer is used if that fails. */
type Cached = { answer: DnsAnswer; freshUntil: number; staleUntil: number };

/**
 * A caching DNS client. It exists because node:dns does not return the TTL of MX records. Concurrent lookups of the
 * same name share one query. When no server answers, an answer that expired within the last hour is still used.
 */
export class DnsClient {
  readonly #servers: () => DnsServer[];
  readonly #timeoutsMs: readonly number[];
  readonly #clock: Clock;
  readonly #cache = new LRUCache<string, Cached>({ max: CACHE_ENTRIES });
  readonly #underWay = new Map<string, Promise<DnsAnswer>>();
  #asking = 0;
  readonly #queue: (() => void)[] = [];

  constructor(options: DnsClientOptions = {}) {
    const own = options.servers?.map(parseServer);
    this.#servers = own === undefined || own.length === 0 ? () => systemServers() : () => own;
    this.#timeoutsMs = options.timeoutsMs ?? TIMEOUTS_MS;
    this.#clock = options.clock ?? steadyClock;
  }

  /** @param name As returned by `hostName`. Returns a cached answer synchronously. Never rejects. */
  lookup<T extends DnsType>(name: string, type: T): DnsAnswer<T> | Promise<DnsAnswer<T>> {
    const key = `${type} ${name}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined && cached.freshUntil > this.#clock()) {
      return cached.answer as DnsAnswer<T>;
    }
    let asked = this.#underWay.get(key);
    if (asked === undefined) {
      asked = this.#refresh(key, { name, type }, cached).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, asked);
    }
    return asked as Promise<DnsAnswer<T>>;
  }

  async #refresh(key: string, question: Question, old: Cached | undefined): Promise<DnsAnswer> {
    const { answer, ttlSeconds } = await this.#inTurn(() => this.#ask(question));
    const now = this.#clock();
    const freshUntil = now + ttlSeconds * 1_000;
    const isStaleGood = old !== undefined && now < old.staleUntil;
    const kept: Cached =
      answer.kind !== "failed"
        ? { answer, freshUntil, staleUntil: freshUntil + STALE_MS }
        : isStaleGood
          ? { ...old, freshUntil: Math.min(freshUntil, old.staleUntil) }
          : { answer, freshUntil, staleUntil: 0 };
    this.#cache.set(key, kept);
    return kept.answer;
  }

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#asking >= MAX_AT_ONCE) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else {
      this.#asking += 1;
    }
    try {
      return await ask();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) {
        this.#asking -= 1;
      } else {
        next();
      }
    }
  }

  async #ask(question: Question): Promise<{ answer: DnsAnswer; ttlSeconds: number }> {
    let servers: DnsServer[] = [];
    let last = because("dns_no_server");
    try {
      servers = this.#servers();
    } catch (error) {
      last = because("dns_servers_unreadable", { fault: messageOf(error) });
    }
    for (const timeoutMs of this.#timeoutsMs) {
      for (const server of servers) {
        try {
          const response = await askServer(server, question, timeoutMs);
          if (response.kind !== "refused" && response.kind !== "truncated") {
            return clamped(response);
          }
          last =
            response.kind === "refused"
              ? because("dns_server_answered", { server: server.address, said: response.code })
              : because("dns_server_truncated", { server: server.address });
        } catch (error) {
          const fault = messageOf(error);
          last = because("dns_server_silent", { server: server.address, fault });
        }
      }
    }
    const { type, name } = question;
    const reason = because("dns_query_failed", { fault: storedReason(last), type, name });
    return { answer: { kind: "failed", reason }, ttlSeconds: FAILURE_TTL_S };
  }
}

async function askServer(
  server: DnsServer,
  question: Question,
  timeoutMs: number,
  edns = true,
): Promise<Response> {
  const id = crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
  const query = encodeQuery(id, question, edns);
  const read = (bytes: Uint8Array) => readResponse(bytes, id, question);
  const byUdp = await askUdp(server, query, timeoutMs, read).catch((error: unknown) => {
    if (error instanceof TooManyForgedPackets) {
      return { kind: "truncated" } as const;
    }
    throw error;
  });
  if (byUdp.kind === "truncated") {
    return await askTcp(server, query, timeoutMs, read);
  }
  // Old servers without EDNS0 support reply that the query is malformed (RFC 6891 §7).
  const isOld = byUdp.kind === "refused" && /FORMERR|NOTIMP/.test(byUdp.code);
  return isOld && edns ? await askServer(server, question, timeoutMs, false) : byUdp;
}

function clamped(response: Exclude<Response, { kind: "truncated" | "refused" }>) {
  const { ttlSeconds } = response;
  if (response.kind === "found") {
    const answer: DnsAnswer = { kind: "found", records: response.records };
    return { answer, ttlSeconds: clamp(ttlSeconds, MAX_TTL_S) };
  }
  return {
    answer: { kind: response.kind } satisfies DnsAnswer,
    ttlSeconds: clamp(ttlSeconds, MAX_NEGATIVE_TTL_S),
  };
}

function clamp(seconds: number, most: number): number {
  return Math.min(most, Math.max(MIN_TTL_S, seconds));
}
