import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { type Answer, decode, encode, type Packet, RECURSION_DESIRED } from "dns-packet";

/** Fits every path without fragments (the DNS Flag Day value). */
const UDP_PAYLOAD_BYTES = 1_232;
/** CNAMEs behind each other; resolvers stop at 8 to 16. */
const MAX_ALIASES = 8;
/** A negative answer that does not say for how long it holds. */
const BARE_NEGATIVE_SECONDS = 60;

export type MailExchange = { preference: number; exchange: string };

/** What is asked for, and what an answer then holds. */
export type DnsRecords = {
  A: string;
  AAAA: string;
  MX: MailExchange;
  TXT: string;
};
export type DnsType = keyof DnsRecords;

export type Question = { name: string; type: DnsType };

/** One packet that answers our question. */
export type Response =
  | { kind: "found"; records: DnsRecords[DnsType][]; ttlSeconds: number }
  | { kind: "no_data"; ttlSeconds: number }
  | { kind: "no_domain"; ttlSeconds: number }
  /** The answer did not fit: ask again by TCP. */
  | { kind: "truncated" }
  /** The server did not answer the question; `code` is its reason, e.g. SERVFAIL. */
  | { kind: "refused"; code: string };

/**
 * The name as it is asked for: A-labels, lower case, without the dot at the end. Undefined when no host can
 * have it.
 */
export function hostName(text: string): string | undefined {
  const plain = text.endsWith(".") ? text.slice(0, -1) : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: beyond ASCII is what is looked for
  const ascii = /[^\u0000-\u007f]/.test(plain) ? domainToASCII(plain) : plain.toLowerCase();
  const isName =
    ascii.length <= 253 &&
    ascii.split(".").every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return isName && isIP(ascii) === 0 ? ascii : undefined;
}

/** A recursive query, with EDNS0 unless the server does not know that. */
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
 * Reads a packet. Undefined when it is not an answer to this question: somebody else's, a forged one, or
 * noise; the right one may still come. Never throws.
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

/** A truncated packet may end anywhere, so that not all of it can be read. */
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

/** The records of the name, or of what it is an alias of: nothing else in the packet is believed. */
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

/** A long text comes in parts of 255 octets that belong together (RFC 7208 §3.3). */
function textOf(data: string | Buffer | (string | Buffer)[]): string {
  return (Array.isArray(data) ? data : [data]).map((part) => part.toString("utf8")).join("");
}

/** RFC 2308 §5: the smaller of the SOA's own TTL and its last field. */
function negativeTtl(authorities: Answer[]): number {
  const soa = authorities.find((record) => record.type === "SOA");
  return soa?.type === "SOA" ? Math.min(ttlOf(soa), soa.data.minimum ?? 0) : BARE_NEGATIVE_SECONDS;
}

function ttlOf(answer: Answer): number {
  const ttl = "ttl" in answer ? (answer.ttl ?? 0) : 0;
  // The first bit is no sign: RFC 2181 §8 takes such a TTL for zero.
  return ttl > 0x7fffffff ? 0 : ttl;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, "") === b.toLowerCase().replace(/\.$/, "");
}
