import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { because, type Reason, storedBecause } from "../../platform/errors.ts";
import { isOwnAddress } from "../../platform/target-guard.ts";
import { SmtpFailure } from "./failure.ts";

/** The server to connect to, and how to verify it. */
export type Destination = {
  host: string;
  port: number;
  /** IP addresses of the host, if already looked up; undefined = use the system's resolver. */
  addresses?: readonly string[] | undefined;
  verifyCertificate: boolean;
  /** Extra trust anchors in PEM, in addition to the system's. */
  ca?: string | undefined;
  /** Local address to connect from; undefined = the system chooses. */
  localAddress?: string | undefined;
  /** Returns false for an IP address that must not be connected to, e.g. in a private network. */
  allowAddress?: ((ip: string) => boolean) | undefined;
};

/**
 * Opens a TCP connection to the first address of the host that accepts it.
 *
 * @throws SmtpFailure at stage `dns` or `connect`.
 */
export async function openTcp(to: Destination, timeoutMs: number): Promise<Socket> {
  const addresses = await resolve(to);
  let last: unknown;
  for (const address of addresses) {
    try {
      return await dial(address, to, timeoutMs);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function resolve(to: Destination): Promise<readonly string[]> {
  if (to.addresses !== undefined) {
    return to.addresses;
  }
  let found: { address: string }[];
  try {
    found = await lookup(to.host, { all: true, verbatim: true });
  } catch (error) {
    throw new SmtpFailure(
      "dns",
      "connection",
      because("host_unresolved", { host: to.host }),
      error,
    );
  }
  const addresses = ofFamily(
    found.map(({ address }) => address),
    to.localAddress,
  );
  const allowed = addresses.filter((address) => to.allowAddress?.(address) ?? true);
  if (allowed.length === 0) {
    throw new SmtpFailure(
      "dns",
      addresses.length === 0 ? "connection" : "config",
      addresses.length === 0
        ? because("host_other_family", { host: to.host })
        : because("host_not_allowed", { host: to.host, addresses: addresses.join(", ") }),
    );
  }
  return allowed;
}

/** A local IPv4 address can only reach IPv4 addresses, and an IPv6 address only IPv6. */
function ofFamily(addresses: string[], localAddress: string | undefined): string[] {
  return localAddress === undefined
    ? addresses
    : addresses.filter((address) => isIP(address) === isIP(localAddress));
}

function dial(address: string, to: Destination, timeoutMs: number): Promise<Socket> {
  const { port, localAddress } = to;
  return new Promise((resolve, reject) => {
    const socket = connectTcp({
      host: address,
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    socket.setNoDelay(true);
    const timer = setTimeout(() => {
      socket.destroy();
      const seconds = Math.ceil(timeoutMs / 1000);
      const why = because("connect_timeout", { address, port, seconds });
      reject(new SmtpFailure("connect", "timeout", why));
    }, timeoutMs);
    // The listener stays attached: an unhandled error event would end the process.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      socket.destroy();
      reject(dialFailure(error, address, to));
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

function dialFailure(
  error: NodeJS.ErrnoException,
  address: string,
  { port, localAddress }: Destination,
): SmtpFailure {
  if (error.code === "EADDRNOTAVAIL" && localAddress !== undefined && !isOwnAddress(localAddress)) {
    const why = because("source_not_here", { address: localAddress });
    return new SmtpFailure("connect", "config", why, error);
  }
  const why = because("connect_failed", { address, port, fault: plainCause(error) });
  return new SmtpFailure("connect", "connection", why, error);
}

/** A stored reason, or the words of the operating system. */
function plainCause(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return storedBecause("connect_refused");
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return storedBecause("connect_no_network");
    case "ETIMEDOUT":
      return storedBecause("connect_no_answer");
    case "ECONNRESET":
      return storedBecause("connect_reset");
    default:
      return error.message;
  }
}

/**
 * Starts TLS 1.2 or newer on a connected socket.
 *
 * @throws SmtpFailure with fault `tls` (certificate, handshake) or `timeout`.
 * @see RFC 8314 §3, RFC 3207
 */
export function startTls(plain: Socket, to: Destination, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket: plain,
      // SNI allows host names only, no IP addresses (RFC 6066 §3).
      servername: isIP(to.host) === 0 ? to.host : "",
      host: to.host,
      rejectUnauthorized: to.verifyCertificate,
      minVersion: "TLSv1.2",
      ...(to.ca === undefined ? {} : { ca: to.ca }),
    });
    const refuse = (failure: SmtpFailure) => {
      clearTimeout(timer);
      secure.destroy();
      plain.destroy();
      reject(failure);
    };
    const timer = setTimeout(() => {
      const seconds = Math.ceil(timeoutMs / 1000);
      refuse(new SmtpFailure("starttls", "timeout", because("tls_timeout", { seconds })));
    }, timeoutMs);
    // The listeners stay attached after the handshake: an unhandled error event would end the process.
    secure.on("error", (error: NodeJS.ErrnoException) =>
      refuse(new SmtpFailure("starttls", "tls", certificateProblem(error, to.host), error)),
    );
    secure.on("close", () => refuse(new SmtpFailure("starttls", "tls", because("tls_closed"))));
    secure.once("secureConnect", () => {
      clearTimeout(timer);
      resolve(secure);
    });
  });
}

function certificateProblem(error: NodeJS.ErrnoException, host: string): Reason {
  switch (error.code) {
    case "CERT_HAS_EXPIRED":
      return because("certificate_expired", { host });
    case "CERT_NOT_YET_VALID":
      return because("certificate_early", { host });
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return because("certificate_self_signed", { host });
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return because("certificate_untrusted", { host });
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return because("certificate_other_name", { host, fault: error.message });
    default:
      return because("tls_failed", { fault: error.message || error.code || "unknown error" });
  }
}
