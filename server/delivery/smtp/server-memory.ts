import type { SmtpOutcome } from "../types.ts";

const BROKEN_TLS_MEMORY_MS = 3 * 24 * 3_600_000;
const PIPELINING_MEMORY_MS = 3 * 24 * 3_600_000;
const CAP_MEMORY_MS = 24 * 3_600_000;
const RESET_MEMORY_MS = 3 * 24 * 3_600_000;
/** Short: without EHLO there is no TLS, and the server may only have had a bad moment. */
const HELO_MEMORY_MS = 3_600_000;
/** As long as a connection waits for its greeting. */
const CROWDED_MS = 20_000;
/** Hosts (`name:port`) remembered; the oldest are forgotten first. */
const MAX_HOSTS = 10_000;

type Remembered = {
  pipeliningOffUntil: number;
  tlsOffUntil: number;
  resetUntil: number;
  heloUntil: number;
  crowdedUntil: number;
  brokenFlights: number;
  /** Messages after which the server ended the last connection, and how often in a row it was this many. */
  endedAfter: number;
  endedSame: number;
  cap: number;
  capUntil: number;
};

/**
 * What was learned about servers that offer more than they can do. In memory only: forgetting costs
 * one broken connection per host, remembering for ever would outlive the server's repair.
 */
export class ServerMemory {
  #hosts = new Map<string, Remembered>();

  /** False while the host is known to lose its way in groups of commands. */
  mayPipeline(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.pipeliningOffUntil ?? 0) <= now;
  }

  /** The host answered a group of commands out of order: no groups for three days. */
  pipeliningFailed(host: string, now: number): void {
    this.#of(host).pipeliningOffUntil = now + PIPELINING_MEMORY_MS;
  }

  /** False while the host is known to offer a TLS that it cannot do. */
  mayTls(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.tlsOffUntil ?? 0) <= now;
  }

  /** The handshake failed at a host that need not have TLS: none is tried for three days. */
  tlsFailed(host: string, now: number): void {
    this.#of(host).tlsOffUntil = now + BROKEN_TLS_MEMORY_MS;
  }

  /** True while the host is known to want RSET after a refused MAIL. */
  wantsReset(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.resetUntil ?? 0) > now;
  }

  /** The host took a MAIL after a refused one for a second one: RSET goes before it for three days. */
  mailWasNested(host: string, now: number): void {
    this.#of(host).resetUntil = now + RESET_MEMORY_MS;
  }

  /** True while the host is known to close the connection at EHLO, and to take HELO. */
  isHeloOnly(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.heloUntil ?? 0) > now;
  }

  /** The host closed the connection at EHLO and took HELO on the next one: an hour of HELO. */
  ehloFailed(host: string, now: number): void {
    this.#of(host).heloUntil = now + HELO_MEMORY_MS;
  }

  /** True while connections to the host wait to be greeted: those that are not needed should make way. */
  isCrowded(host: string, now: number): boolean {
    return (this.#hosts.get(host)?.crowdedUntil ?? 0) > now;
  }

  /** The host does not greet a connection, though it greets others: it has room for so many, whosever they are. */
  greetingIsSlow(host: string, now: number): void {
    this.#of(host).crowdedUntil = now + CROWDED_MS;
  }

  /** A connection died inside its first group of commands. Twice in a row is taken for a pattern. */
  flightBroke(host: string, now: number): void {
    const memory = this.#of(host);
    memory.brokenFlights += 1;
    if (memory.brokenFlights >= 2) {
      memory.brokenFlights = 0;
      this.pipeliningFailed(host, now);
    }
  }

  /** A group of commands was answered in full. */
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
   * The host ended a connection before message `served + 1`. A reason in words is believed at once;
   * without one the same number twice in a row is.
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
   * Takes in what the outcome of message `served + 1` of a connection says of the host. Returns true when the same
   * message may go again at once, because the connection, not the message, was at its end.
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
