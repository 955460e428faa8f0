import { isIP } from "node:net";

const PRIVATE_V4 =
  /^(0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const PRIVATE_V6 = /^(::1?$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

/**
 * True for an IP address that is not on the public network: this machine, its link, private networks and the
 * carrier's (RFC 1122, 1918, 3927, 4193, 4291, 6598), also as an IPv4-mapped IPv6 address. A text that is
 * no IP address is not private.
 */
export function isPrivateAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  const kind = isIP(plain);
  return (kind === 4 && PRIVATE_V4.test(plain)) || (kind === 6 && PRIVATE_V6.test(plain));
}
