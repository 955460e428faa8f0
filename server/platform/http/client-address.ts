import { isIP } from "node:net";
import { isPrivateAddress } from "../private-address.ts";

/** Where a socket's other end is known: Bun's server, or null in tests that call the application directly. */
export type PeerAddress = { requestIP(request: Request): { address: string } | null } | null;

/**
 * The address of who asks. When the other end of the socket is on this machine or in a private network,
 * it is taken for our own reverse proxy and the last entry of X-Forwarded-For, the one that proxy
 * wrote, is believed; from anywhere else the header is a stranger's claim and is ignored.
 */
export function clientAddress(request: Request, server: PeerAddress): string {
  const peer = (server?.requestIP(request)?.address ?? "").replace(/^::ffff:/, "");
  const claimed = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return isIP(claimed) !== 0 && isPrivateAddress(peer) ? claimed : peer;
}

/**
 * The network one subscriber has, as a key to count by: an IPv4 address itself, the first 64 bits of an IPv6
 * address, however it is abbreviated. Whoever has such a network has all of its 2^64 addresses.
 */
export function networkOf(address: string): string {
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
  const first = whole.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(":")}::/64`;
}
