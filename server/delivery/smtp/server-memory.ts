import { DAY_MS } from "../../platform/time.rules.ts";
import type { SmtpOutcome } from "../types.ts";

const BROKEN_TLS_MEMORY_MS = 3 * DAY_MS;
const PIPELINING_MEMORY_MS = 3 * DAY_MS;
const CAP_MEMORY_MS = DAY_MS;
const RESET_MEMORY_MS = 3 * DAY_MS;
/** Short, because HELO means no TLS, and the server may have had only a temporary problem. */
const HELO_MEMORY_MS = 3_600_000;
/** The greeting time-out of a relay. */
const CROWDED_MS = 20_000;
/** Hosts (`name:port`) remembered; the oldest are dropped first. */
const MAX_HOSTS = 10_000;

type Remembered = {
  pipeliningOffUntil: number;
  tlsOffUntil: number;
  resetUntil: number;
  heloUntil: number;
  crowdedUntil: number;
  brokenFlights: number;
  /** After how many messages the server ended the last connection, and how often in a row it was this number. */
  endedAfter: number;
  endedSame: number;
  cap: number;
  capUntil: number;
};

/**
 * What was learned about servers that offer something they do not support. Kept in memory only, and for a limited time,
 * because servers get repaired. Forgetting costs one broken connection per host.
 */
export class ServerMemory {
  #hosts = new Map<string, Remembered>();

  /** False while the host is known to fail at pipelined commands. */
  mayPipeline(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.pipeliningOffUntil ?? 0) <= now;
  }

  /** The host answered pipelined commands out of order: no pipelining for three days. */
  pipeliningFailed(host: string, now: number): void {
    this.#of(host).pipeliningOffUntil = now + PIPELINING_MEMORY_MS;
  }

  /** False while the host is known to offer a TLS that does not work. */
  mayTls(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.tlsOffUntil ?? 0) <= now;
  }

  /** The TLS handshake failed at a host where TLS is optional: no TLS for three days. */
  tlsFailed(host: string, now: number): void {
    this.#of(host).tlsOffUntil = now + BROKEN_TLS_MEMORY_MS;
  }

  /** True while the host is known to need RSET after a refused MAIL. */
  wantsReset(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.resetUntil ?? 0) > now;
  }

  /** The host rejected a MAIL as nested after it had refused the previous MAIL: send RSET in between for three days. */
  mailWasNested(host: string, now: number): void {
    this.#of(host).resetUntil = now + RESET_MEMORY_MS;
  }

  /** True while the host is known to close the connection at EHLO but to accept HELO. */
  isHeloOnly(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.heloUntil ?? 0) > now;
  }

  /** The host closed the connection at EHLO and accepted HELO on the next one: use HELO for an hour. */
  ehloFailed(host: string, now: number): void {
    this.#of(host).heloUntil = now + HELO_MEMORY_MS;
  }

  /** True while connections to the host wait for their greeting: connections that are not needed should be closed. */
  isCrowded(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.crowdedUntil ?? 0) > now;
  }

  /**
   * The host leaves a connection without a greeting. It probably allows only a certain number of connections, which
   * all our routes and workspaces share.
   */
  greetingIsSlow(host: string, now: number): void {
    this.#of(host).crowdedUntil = now + CROWDED_MS;
  }

  /**
   * A connection broke during its first pipelined commands. Only when this happens twice in a row is pipelining turned
   * off.
   */
  flightBroke(host: string, now: number): void {
    const memory = this.#of(host);
    memory.brokenFlights += 1;
    if (memory.brokenFlights >= 2) {
      memory.brokenFlights = 0;
      this.pipeliningFailed(host, now);
    }
  }

  /** Pipelined commands were answered in full. */
  flightHeld(host: string): void {
    const memory = this.#hosts.get(host);
    if (memory !== undefined) {
      memory.brokenFlights = 0;
    }
  }

  /** Messages that a connection to the host may carry; Infinity when nothing was learned. */
  messagesPerConnection(host: string, now: number): number {
    const memory = this.#hosts.get(host);
    return memory !== undefined && memory.capUntil > now ? memory.cap : Number.POSITIVE_INFINITY;
  }

  /**
   * The host ended a connection before message `served + 1`. The limit is learned at once if its reply names the
   * reason, otherwise when the same number is seen twice in a row.
   */
  connectionEnded(host: string, served: number, saidSo: boolean, now: number): void {
    const memory = this.#of(host);
    memory.endedSame = memory.endedAfter === served ? memory.endedSame + 1 : 1;
    memory.endedAfter = served;
    if (served >= 1 && (saidSo || memory.endedSame >= 2)) {
      memory.cap = served;
      memory.capUntil = now + CAP_MEMORY_MS;
    }
  }

  /**
   * Learns from the outcome of message `served + 1` of a connection. Returns true when the same message may be sent
   * again at once, because the outcome was about the connection and not about the message.
   */
  learn(host: string, served: number, outcome: SmtpOutcome, now: number): boolean {
    if (outcome.kind === "accepted") {
      this.flightHeld(host);
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
        this.connectionEnded(host, served, saidSo, now);
      }
      return ended;
    }
    if (outcome.fault === "protocol") {
      return !this.mayPipeline(host, now) && outcome.stage !== "data";
    }
    if (served > 0 && atStart && outcome.fault === "connection") {
      this.connectionEnded(host, served, false, now);
      return true;
    }
    if (served === 0 && (outcome.stage === "rcpt" || outcome.stage === "mail")) {
      this.flightBroke(host, now);
    }
    return false;
  }

  #of(host: string): Remembered {
    let memory = this.#hosts.get(host);
    if (memory === undefined) {
      memory = {
        pipeliningOffUntil: 0,
        tlsOffUntil: 0,
        resetUntil: 0,
        heloUntil: 0,
        crowdedUntil: 0,
        brokenFlights: 0,
        endedAfter: 0,
        endedSame: 0,
        cap: 0,
        capUntil: 0,
      };
      this.#hosts.set(host, memory);
      const oldest = this.#hosts.size > MAX_HOSTS ? this.#hosts.keys().next().value : undefined;
      if (oldest !== undefined) {
        this.#hosts.delete(oldest);
      }
    }
    return memory;
  }
}
