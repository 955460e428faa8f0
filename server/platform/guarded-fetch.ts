import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

export type GuardedRequest = {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Covers the whole request, from name resolution to the last byte. */
  timeoutMs: number;
  maxBytes: number;
  /** Whether connecting to an IP address is allowed, since the owner of the name decides where it points. */
  mayConnect: (address: string) => boolean;
  /** Resolves a name; defaults to the system's resolver. */
  addressesOf?: (host: string) => Promise<readonly string[]>;
  /** Trust anchors in PEM, replacing the system's. */
  ca?: string | undefined;
};

export type GuardedResponse = { status: number; contentType: string; text: string };

/** Why there is no response, as a sentence without a full stop. */
export class FetchRefused extends Error {
  override readonly name = "FetchRefused";
}

/**
 * Fetches a URL chosen by someone else. The name is resolved once, all its addresses are checked, and the connection
 * goes to a checked address. Certificates are verified against the name, redirects are not followed, and time and size
 * are limited.
 *
 * @throws FetchRefused
 */
export async function fetchGuarded(
  address: string,
  request: GuardedRequest,
): Promise<GuardedResponse> {
  const url = URL.parse(address);
  if (url === null) {
    throw new FetchRefused(`“${address.slice(0, 100)}” is not a web address`);
  }
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const ip = await checkedAddress(url.hostname.replace(/^\[|\]$/g, ""), request, signal);
    return await fetchFrom(ip, url, request, signal);
  } catch (error) {
    if (error instanceof FetchRefused) {
      throw error;
    }
    throw new FetchRefused(
      signal.aborted
        ? `${url.host} did not answer within ${Math.ceil(request.timeoutMs / 1_000)} s`
        : `${url.host} cannot be reached (${messageOf(error)})`,
      { cause: error },
    );
  }
}

/**
 * The first address of a host to which connections are allowed.
 *
 * @throws FetchRefused when there is none; the signal's reason when it aborts first.
 */
export async function checkedAddress(
  host: string,
  { addressesOf = systemAddresses, mayConnect }: Pick<GuardedRequest, "addressesOf" | "mayConnect">,
  signal: AbortSignal,
): Promise<string> {
  const looking = isIP(host) === 0 ? addressesOf(host) : Promise.resolve([host]);
  const gone = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  const found = await Promise.race([looking, gone]);
  const allowed = found.find((each) => mayConnect(each));
  if (allowed === undefined) {
    throw new FetchRefused(
      found.length === 0
        ? `${host} has no address`
        : `the host ${host} has the address ${found.join(", ")}, in a network that may not be used`,
    );
  }
  return allowed;
}

async function systemAddresses(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: false });
  return found.map(({ address }) => address);
}

async function fetchFrom(
  ip: string,
  url: URL,
  request: GuardedRequest,
  signal: AbortSignal,
): Promise<GuardedResponse> {
  const target = new URL(url);
  target.hostname = isIP(ip) === 6 ? `[${ip}]` : ip;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const response = await fetch(target, {
    method: request.method ?? "GET",
    headers: { ...request.headers, host: url.host, "accept-encoding": "identity" },
    redirect: "manual",
    // A pooled connection for one name must not be reused for another name at the same address.
    keepalive: false,
    signal,
    tls: {
      rejectUnauthorized: true,
      ...(isIP(host) === 0 ? { serverName: host } : {}),
      ...(request.ca === undefined ? {} : { ca: request.ca }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    text: await readCapped(response, url.host, request.maxBytes),
  };
}

async function readCapped(response: Response, host: string, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes) {
      throw new FetchRefused(`${host} sent more than ${Math.ceil(maxBytes / 1_024)} KB`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function messageOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return [code, message].find((text) => text !== undefined && text !== "") ?? String(error);
}
