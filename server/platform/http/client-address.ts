import { BlockList, isIP } from "node:net";

/** Provides the address of a socket's peer: Bun's server, or null in tests that call the application directly. */
export type PeerAddress = { requestIP(request: Request): { address: string } | null } | null;

/** Returns the client address of a request. */
export type ClientAddress = (request: Request, server: PeerAddress) => string;

/** The proxies trusted when none are configured: those on this machine. */
export const DEFAULT_PROXIES: readonly string[] = ["127.0.0.0/8", "::1"];

/** True for an address or a range in CIDR notation: `10.0.0.7`, `172.28.0.0/16`, `fd00::/8`. */
export function isProxyRange(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const kind = isIP(address);
  if (kind === 0 || rest.length > 0) {
    return false;
  }
  // A prefix length of 0 would trust every address.
  const bits = Number(prefix);
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && bits >= 1 && bits <= (kind === 4 ? 32 : 128))
  );
}

/**
 * Determines the client address of a request: the socket's peer or, when that is a configured proxy, the last address
 * in X-Forwarded-For that is not a proxy. From any other peer the header is ignored, since it may be forged.
 *
 * @param proxies Addresses and ranges (see `isProxyRange`); called for every request with the header.
 * @param onUnnamed Called with a peer that sent the header but is not a configured proxy.
 */
export function clientAddresses(
  proxies: () => readonly string[],
  onUnnamed: (address: string) => void = () => {},
): ClientAddress {
  let known = "";
  let list = new BlockList();
  const isProxy = (address: string) => {
    const named = proxies();
    if (named.join() !== known) {
      known = named.join();
      list = listOf(named);
    }
    return list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
  };
  return (request, server) => {
    const peer = peerAddress(request, server);
    const header = request.headers.get("x-forwarded-for");
    if (header === null || isIP(peer) === 0) {
      return peer;
    }
    if (!isProxy(peer)) {
      onUnnamed(peer);
      return peer;
    }
    let client = peer;
    for (const entry of header.split(",").reverse()) {
      const address = plain(entry.trim());
      if (isIP(address) === 0) {
        break;
      }
      client = address;
      if (!isProxy(address)) {
        break;
      }
    }
    return client;
  };
}

/** The socket's peer, ignoring any header; empty when there is no socket. */
export function peerAddress(request: Request, server: PeerAddress): string {
  return plain(server?.requestIP(request)?.address ?? "");
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (prefix === undefined) {
      list.addAddress(address, family);
    } else {
      list.addSubnet(address, Number(prefix), family);
    }
  }
  return list;
}

/** Converts an IPv4-mapped IPv6 address to IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/**
 * The key for counting requests per subscriber: an IPv4 address, or the first 64 bits of an IPv6 address in canonical
 * form. An IPv6 subscriber can use all 2^64 addresses of its network.
 *
 * @param bits The counted prefix of an IPv6 address: 64, or 48 for the whole range assigned to one customer.
 */
export function networkOf(address: string, bits: 32 | 48 | 64 = 64): string {
  if (isIP(address) !== 6) {
    return address;
  }
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // An embedded IPv4 address at the end counts as two groups.
  const width = after.length + (after.at(-1)?.includes(".") === true ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - width);
  const whole = [...groups, ...Array<string>(zeros).fill("0"), ...after];
  const first = whole.slice(0, bits / 16).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(":")}::/${bits}`;
}
