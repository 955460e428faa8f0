import { BlockList, isIP } from "node:net";

/** Where a socket's other end is known: Bun's server, or null in tests that call the application directly. */
export type PeerAddress = { requestIP(request: Request): { address: string } | null } | null;

/** The address of who makes a request. */
export type ClientAddress = (request: Request, server: PeerAddress) => string;

/** Proxies that are believed when nobody has named any: those on this machine. */
export const DEFAULT_PROXIES: readonly string[] = ["127.0.0.0/8", "::1"];

/** True for an address or a range in CIDR notation: `10.0.0.7`, `172.28.0.0/16`, `fd00::/8`. */
export function isProxyRange(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const kind = isIP(address);
  if (kind === 0 || rest.length > 0) {
    return false;
  }
  // A prefix of no bits would believe everybody.
  const bits = Number(prefix);
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && bits >= 1 && bits <= (kind === 4 ? 32 : 128))
  );
}

/**
 * Tells who makes a request: the other end of the socket or, when that is a named proxy, the last address of
 * X-Forwarded-For that is not one as well. From anybody else the header is a stranger's claim and is ignored.
 *
 * @param proxies Addresses and ranges (see `isProxyRange`), asked for when a request has the header.
 * @param onUnnamed Is told an address that sent the header without being named.
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

/** The other end of the socket, whatever it says of itself; empty where there is no socket. */
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

/** An IPv4 address that came over an IPv6 socket, as itself. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/**
 * The network one subscriber has, as a key to count by: an IPv4 address itself, the first 64 bits of an IPv6
 * address, however it is abbreviated. Whoever has such a network has all of its 2^64 addresses.
 *
 * @param bits How much of an IPv6 address counts: 64, or 48 for all that one customer is given.
 */
export function networkOf(address: string, bits: 48 | 64 = 64): string {
  if (isIP(address) !== 6) {
    return address;
  }
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // A dotted end stands for two groups.
  const width = after.length + (after.at(-1)?.includes(".") === true ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - width);
  const whole = [...groups, ...Array<string>(zeros).fill("0"), ...after];
  const first = whole.slice(0, bits / 16).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(":")}::/${bits}`;
}
