import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { type Answer, decode, encode, type Packet, RECURSION_DESIRED } from "dns-packet";

/** Small enough to pass every path without fragmentation (the DNS Flag Day value). */
const UDP_PAYLOAD_BYTES = 1_232;
/** Maximum length of a CNAME chain; resolvers stop at 8 to 16. */
const MAX_ALIASES = 8;
/** Lifetime of a negative answer without an SOA record. */
const BARE_NEGATIVE_SECONDS = 60;

export type MailExchange = { preference: number; exchange: string };

/** The supported record types, with the content of a record. */
export type DnsRecords = {
  A: string;
  AAAA: string;
  MX: MailExchange;
  TXT: string;
};
export type DnsType = keyof DnsRecords;

export type Question = { name: string; type: DnsType };

/** A parsed response to a query. */
export type Response =
  | { kind: "found"; records: DnsRecords[DnsType][]; ttlSeconds: number }
  | { kind: "no_data"; ttlSeconds: number }
  | { kind: "no_domain"; ttlSeconds: number }
  /** The answer was truncated: repeat the query over TCP. */
  | { kind: "truncated" }
  /** The server did not answer the query; `code` is its response code, e.g. SERVFAIL. */
  | { kind: "refused"; code: string };

/**
 * Normalises a host name for a query: A-labels, lower case, without the trailing dot. Undefined when it is not a valid
 * host name.
 */
export function hostName(text: string): string | undefined {
  const plain = text.endsWith(".") ? text.slice(0, -1) : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches anything outside ASCII
  const ascii = /[^\u0000-\u007f]/.test(plain) ? domainToASCII(plain) : plain.toLowerCase();
  const isName =
    ascii.length <= 253 &&
    ascii.split(".").every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return isName && isIP(ascii) === 0 ? ascii : undefined;
}

/** Encodes a recursive query, with EDNS0 unless the server does not support it. */
export function encodeQuery(id: number, { name, type }: Question, edns: boolean): Uint8Array {
  return encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type, class: "IN" }],
    additionals: edns
      ? [
          {
            type: "OPT",
            name: ".",
            udpPayloadSize: UDP_PAYLOAD_BYTES,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
}

/**
 * Parses a packet. Undefined when it does not answer this query: it may belong to another query, be forged or be
 * garbage, and the real answer may still arrive. Never throws.
 */
export function readResponse(
  bytes: Uint8Array,
  id: number,
  question: Question,
): Response | undefined {
  let packet: Packet;
  try {
    packet = decode(Buffer.from(bytes));
  } catch {
    return headerOnly(bytes, id);
  }
  return isOurs(packet, id, question) ? answerOf(packet, question) : undefined;
}

/** A truncated packet may end anywhere, so it may be impossible to decode in full. */
function headerOnly(bytes: Uint8Array, id: number): Response | undefined {
  const isTruncated =
    bytes.length >= 12 &&
    bytes[0] === id >> 8 &&
    bytes[1] === (id & 255) &&
    ((bytes[2] ?? 0) & 0x82) === 0x82;
  return isTruncated ? { kind: "truncated" } : undefined;
}

function isOurs(packet: Packet, id: number, { name, type }: Question): boolean {
  const asked = packet.questions?.[0];
  return (
    packet.type === "response" &&
    packet.id === id &&
    packet.questions?.length === 1 &&
    asked?.type === type &&
    sameName(asked.name, name)
  );
}

function answerOf(packet: Packet, question: Question): Response {
  const flags = packet.flags ?? 0;
  if ((flags & 0x0200) !== 0) {
    return { kind: "truncated" };
  }
  const code = flags & 15;
  if (code !== 0 && code !== 3) {
    return { kind: "refused", code: codeNames[code] ?? `code ${code}` };
  }
  const { records, ttlSeconds } = follow(packet.answers ?? [], question);
  if (records.length > 0) {
    return { kind: "found", records, ttlSeconds };
  }
  const negative = Math.min(ttlSeconds, negativeTtl(packet.authorities ?? []));
  return { kind: code === 3 ? "no_domain" : "no_data", ttlSeconds: negative };
}

const codeNames: Record<number, string> = {
  1: "FORMERR",
  2: "SERVFAIL",
  4: "NOTIMP",
  5: "REFUSED",
};

/** Returns the records of the name or of its CNAME target; everything else in the packet is ignored. */
function follow(
  answers: Answer[],
  { name, type }: Question,
): { records: DnsRecords[DnsType][]; ttlSeconds: number } {
  let owner = name;
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let hop = 0; hop <= MAX_ALIASES; hop += 1) {
    const own = answers.filter((answer) => sameName(answer.name, owner));
    const wanted = own.filter((answer) => answer.type === type);
    const records = wanted.flatMap((answer) => recordOf(answer) ?? []);
    if (records.length > 0) {
      return { records, ttlSeconds: Math.min(ttlSeconds, ...wanted.map(ttlOf)) };
    }
    const alias = own.find((answer) => answer.type === "CNAME");
    if (alias?.type !== "CNAME") {
      break;
    }
    ttlSeconds = Math.min(ttlSeconds, ttlOf(alias));
    owner = alias.data;
  }
  return { records: [], ttlSeconds };
}

function recordOf(answer: Answer): DnsRecords[DnsType] | undefined {
  switch (answer.type) {
    case "A":
      return isIP(answer.data) === 4 ? answer.data : undefined;
    case "AAAA":
      return isIP(answer.data) === 6 ? answer.data : undefined;
    case "MX":
      return { preference: answer.data.preference ?? 0, exchange: answer.data.exchange };
    case "TXT":
      return textOf(answer.data);
    default:
      return undefined;
  }
}

/** A long text is split into parts of 255 octets, which are joined without separators (RFC 7208 §3.3). */
function textOf(data: string | Buffer | (string | Buffer)[]): string {
  return (Array.isArray(data) ? data : [data]).map((part) => part.toString("utf8")).join("");
}

/** RFC 2308 §5: the smaller of the SOA record's TTL and its MINIMUM field. */
function negativeTtl(authorities: Answer[]): number {
  const soa = authorities.find((record) => record.type === "SOA");
  return soa?.type === "SOA" ? Math.min(ttlOf(soa), soa.data.minimum ?? 0) : BARE_NEGATIVE_SECONDS;
}

function ttlOf(answer: Answer): number {
  const ttl = "ttl" in answer ? (answer.ttl ?? 0) : 0;
  // RFC 2181 §8: a TTL with the most significant bit set counts as zero.
  return ttl > 0x7fffffff ? 0 : ttl;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, "") === b.toLowerCase().replace(/\.$/, "");
}
