import type { Clock } from "../../platform/clock.ts";
import type { DnsClient } from "../../platform/dns/client.ts";
import { because, type Reason } from "../../platform/errors.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import type { RouteSource } from "../types.ts";
import type { AddressPause, FailedAddresses, HostTrouble } from "./failed-addresses.ts";
import { innerFault, SmtpFailure, SmtpRefusal } from "./failure.ts";
import { connectPeer, type Peer, type SessionOptions } from "./handshake.ts";
import { addressesOf } from "./host-addresses.ts";
import type { MailHost } from "./mail-routes.ts";
import type { ServerMemory } from "./server-memory.ts";
import { helloMemory, type SmtpSession, sessionOn } from "./session.ts";
import type { Wire } from "./wire.ts";

/** Addresses tried per connection, so that a domain with many dead servers does not block it for long. */
const MAX_TRIES = 5;

/** The TLS that a connection to an MX host must have; see `Route.tlsPolicy`. */
export type TlsDemand = {
  level: "opportunistic" | "required" | "verified";
  /** What requires more than opportunistic TLS, worded as the beginning of an error message. */
  by: string;
};

/** The servers that a connection may lead to, and how to connect to them. */
export type DirectTarget = {
  /** In order of preference. */
  hosts: readonly MailHost[];
  port: number;
  source: RouteSource | undefined;
  tls: TlsDemand;
  /** Refuse addresses in private networks and on this machine. */
  publicOnly: boolean;
};

/** What all connections to MX hosts share. */
export type DirectParts = {
  dns: DnsClient;
  failed: FailedAddresses;
  memory: ServerMemory;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  session: SessionOptions;
};

export type OpenHooks = {
  onWire: (wire: Wire) => void;
  isClosed: () => boolean;
  /** No server could be reached; the first of them may be retried at `until` (steady ms). */
  onAllFailed: (until: number) => void;
};

/** What the search for a server has found so far. */
type Search = {
  /** The most informative error. */
  error: SmtpFailure | SmtpRefusal | undefined;
  tries: number;
  /** Servers that failed now or recently, and until when they are paused. */
  standing: AddressPause[];
  refused: string[];
  failure: Reason | undefined;
};

/**
 * Connects to the first mail server that accepts us: those of the lowest preference value first, in random order.
 *
 * @throws SmtpFailure or SmtpRefusal with the most informative error; with `retryAt` when every server was paused.
 */
export async function connectDirect(
  target: DirectTarget,
  parts: DirectParts,
  hooks: OpenHooks,
): Promise<SmtpSession> {
  const search: Search = {
    error: undefined,
    tries: 0,
    standing: [],
    refused: [],
    failure: undefined,
  };
  for (const host of inOrder(target.hosts, parts.random)) {
    const session = await tryHost(host, target, parts, hooks, search);
    if (session !== undefined) {
      return session;
    }
    if (search.tries >= MAX_TRIES || hooks.isClosed()) {
      break;
    }
  }
  const soonest = Math.min(...search.standing.map(({ until }) => until));
  if (Number.isFinite(soonest)) {
    hooks.onAllFailed(soonest);
  }
  throw search.error ?? nothingTried(target, search);
}

/** By preference; servers of equal preference in random order, to spread the load (RFC 5321 §5.1). */
function inOrder(hosts: readonly MailHost[], random: () => number): MailHost[] {
  return hosts
    .map((host) => ({ host, at: random() }))
    .sort((a, b) => a.host.preference - b.host.preference || a.at - b.at)
    .map(({ host }) => host);
}

async function tryHost(
  { name }: MailHost,
  target: DirectTarget,
  parts: DirectParts,
  hooks: OpenHooks,
  search: Search,
): Promise<SmtpSession | undefined> {
  const mayConnect = relayTargets(target.publicOnly);
  const found = await addressesOf(parts.dns, name, target.source?.address, mayConnect);
  search.refused.push(...found.refused);
  search.failure ??= found.failure;
  for (const address of found.usable) {
    const key = `${target.source?.address ?? ""}>${address}:${target.port}`;
    const standing = parts.failed.standing(key, parts.clock());
    if (standing !== undefined) {
      search.standing.push(standing);
      continue;
    }
    if (search.tries >= MAX_TRIES || hooks.isClosed()) {
      break;
    }
    search.tries += 1;
    try {
      const session = await connectAddress(name, address, target, parts, hooks);
      parts.failed.worked(key);
      return session;
    } catch (error) {
      noteFailure(error, { key, host: name }, parts, search);
    }
  }
  return undefined;
}

/** @throws the error itself when it is not the server's fault. */
function noteFailure(
  error: unknown,
  { key, host }: { key: string; host: string },
  { failed, clock }: DirectParts,
  search: Search,
): void {
  const trouble = troubleOf(error);
  if (trouble === undefined) {
    throw error;
  }
  const reason = because("host_failed", { host, fault: innerFault(error) });
  search.standing.push(failed.note(key, trouble, reason, clock()));
  search.error = sayingMore(search.error, error);
}

/** Retries once without TLS when the server's TLS is broken and TLS is optional. */
async function connectAddress(
  host: string,
  address: string,
  target: DirectTarget,
  parts: DirectParts,
  hooks: OpenHooks,
): Promise<SmtpSession> {
  const { port, source, tls } = target;
  const site = { host, port };
  const isOptional = tls.level === "opportunistic";
  const peer = (security: Peer["security"]): Peer => ({
    ...site,
    addresses: [address],
    security,
    verifyCertificate: tls.level === "verified",
    ca: parts.session.ca,
    localAddress: source?.address,
  });
  const options: SessionOptions = {
    ...parts.session,
    hello: helloMemory(parts.memory, `${host}:${port}`, parts.clock),
    ...(source === undefined || source.heloName === "" ? {} : { heloName: source.heloName }),
  };
  const open = async (security: Peer["security"]) =>
    sessionOn(await connectPeer(peer(security), options, hooks.onWire), site, parts);
  const mayTls = parts.memory.mayTls(`${host}:${port}`, parts.clock());
  try {
    return await open(isOptional ? (mayTls ? "opportunistic" : "none") : "starttls");
  } catch (error) {
    if (!(error instanceof SmtpFailure) || error.stage !== "starttls") {
      throw error;
    }
    if (!isOptional) {
      const { by } = tls;
      const why = because("tls_unsupported", { by, host, fault: innerFault(error) });
      throw new SmtpFailure("starttls", "tls_policy", why, error);
    }
    if (error.fault !== "tls") {
      throw error;
    }
    parts.memory.tlsFailed(`${host}:${port}`, parts.clock());
    return await open("none");
  }
}

/** How the server failed; undefined when the error is on our side. */
function troubleOf(error: unknown): HostTrouble | undefined {
  if (error instanceof SmtpRefusal) {
    return error.reply.code >= 500 ? "refused" : "busy";
  }
  if (!(error instanceof SmtpFailure) || error.fault === "config") {
    return undefined;
  }
  if (error.stage === "connect") {
    return error.fault === "timeout" ? "silent" : "unreachable";
  }
  return error.fault === "tls_policy" ? "refused" : "busy";
}

/** A server's reply is more informative than a time-out. Of equally informative errors, the first is kept. */
function sayingMore(known: Search["error"], error: unknown): SmtpFailure | SmtpRefusal | undefined {
  const weight = (each: unknown) =>
    each instanceof SmtpRefusal
      ? 2
      : each instanceof SmtpFailure && each.stage !== "connect"
        ? 1
        : 0;
  const isOurs = error instanceof SmtpFailure || error instanceof SmtpRefusal;
  return isOurs && (known === undefined || weight(error) > weight(known)) ? error : known;
}

function nothingTried(target: DirectTarget, search: Search): SmtpFailure {
  const hosts = target.hosts.map(({ name }) => name).join(", ");
  const first = search.standing.sort((a, b) => a.until - b.until)[0];
  if (first !== undefined) {
    const failure = new SmtpFailure("connect", "connection", first.reason);
    failure.retryAt = first.until;
    return failure;
  }
  if (search.failure !== undefined) {
    return new SmtpFailure("dns", "dns", search.failure);
  }
  if (search.refused.length > 0) {
    const addresses = search.refused.join(", ");
    const why = because("hosts_not_allowed", { hosts, addresses });
    return new SmtpFailure("dns", "private_target", why);
  }
  if (target.source !== undefined) {
    // The domain is fine, and another source address may reach it.
    const family = target.source.address.includes(":") ? "IPv6" : "IPv4";
    const source = target.source.address;
    const why = because("hosts_other_family", { hosts, family, source });
    return new SmtpFailure("dns", "connection", why);
  }
  return new SmtpFailure("dns", "no_domain", because("hosts_without_address", { hosts }));
}
