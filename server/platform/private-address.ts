import { isIP } from "node:net";

const PRIVATE_V4 =
  /^(0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
/**
 * Special-purpose ranges of RFC 6890 and RFC 1112: protocol assignments, benchmarking, multicast, reserved, broadcast.
 */
const SPECIAL_V4 = /^(192\.0\.0\.|198\.1[89]\.|22[4-9]\.|2[3-5]\d\.)/;

/**
 * True for an IP address outside the public internet: this host, link-local, private and carrier-grade NAT ranges (RFC
 * 1122, 1918, 3927, 4193, 4291, 6598), including such an IPv4 address embedded in an IPv6 address. False for text that
 * is not an IP address.
 */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return PRIVATE_V4.test(address);
    case 6:
      return isPrivateV6(groupsOf(address));
    default:
      return false;
  }
}

/** True for an address that can be assigned on the public internet; stricter than "not private". */
export function isPublicAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0 || isPrivateAddress(address)) {
    return false;
  }
  if (kind === 4) {
    return !SPECIAL_V4.test(address);
  }
  const groups = groupsOf(address);
  const inner = embeddedV4(groups);
  const first = groups[0] ?? 0;
  // Only 2000::/3 is allocated as public unicast; 64:ff9b::/96 embeds IPv4 addresses.
  return inner === undefined ? first >= 0x2000 && first < 0x4000 : !SPECIAL_V4.test(inner);
}

/** True for a link-local address (RFC 3927, RFC 4291 §2.5.6). */
export function isLinkLocalAddress(address: string): boolean {
  const v4 = asV4(address);
  if (v4 !== undefined) {
    return v4.startsWith("169.254.");
  }
  return isIP(address) === 6 && ((groupsOf(address)[0] ?? 0) & 0xffc0) === 0xfe80;
}

// Metadata services of AWS and Google over IPv6, Alibaba, Oracle and Azure; 169.254.169.254 is covered as link-local.
const METADATA = new Set([
  "fd00:ec2:0:0:0:0:0:254",
  "fd20:ce:0:0:0:0:0:254",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
]);

/** True for an address where a cloud provider serves instance metadata, including credentials. */
export function isMetadataAddress(address: string): boolean {
  const v4 = asV4(address);
  if (v4 !== undefined) {
    return METADATA.has(v4);
  }
  const groups = isIP(address) === 6 ? groupsOf(address) : [];
  return METADATA.has(groups.map((group) => group.toString(16)).join(":"));
}

/** The address as IPv4, extracted if it is embedded in an IPv6 address. */
function asV4(address: string): string | undefined {
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return embeddedV4(groupsOf(address));
    default:
      return undefined;
  }
}

function isPrivateV6(groups: number[]): boolean {
  const first = groups[0] ?? 0;
  const isThisHost = groups.slice(0, 7).every((group) => group === 0) && (groups[7] ?? 0) <= 1;
  // fc00::/7, fe80::/10, fec0::/10
  if (isThisHost || (first & 0xfe00) === 0xfc00 || (first & 0xff80) === 0xfe80) {
    return true;
  }
  const inner = embeddedV4(groups);
  return inner !== undefined && PRIVATE_V4.test(inner);
}

/** The IPv4 address embedded in a mapped, compatible, NAT64 or 6to4 address. */
function embeddedV4(groups: number[]): string | undefined {
  const head = groups.slice(0, 6).join(":");
  if (["0:0:0:0:0:65535", "0:0:0:0:0:0", "100:65435:0:0:0:0"].includes(head)) {
    return dotted(groups[6], groups[7]);
  }
  return groups[0] === 0x2002 ? dotted(groups[1], groups[2]) : undefined;
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of an IPv6 address in any notation. */
function groupsOf(address: string): number[] {
  const plain = address
    .replace(/%.*$/, "")
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
      const hex = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16);
      return `${hex(a, b)}:${hex(c, d)}`;
    });
  const [left = "", right] = plain.split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const start = numbers(left);
  if (right === undefined) {
    return start;
  }
  const end = numbers(right);
  return [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end];
}
