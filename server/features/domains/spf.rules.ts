// The parts of SPF (RFC 7208) needed to decide whether a sending method is authorized.
import { because, type Reason } from "../../platform/errors.ts";
import { type RecordVerdict, verdict } from "./domain-records.rules.ts";

/** A parsed SPF record. */
export type SpfRecord = {
  includes: string[];
  redirect: string | undefined;
  /** ip4 and ip6 with their prefix. */
  networks: string[];
  /** Domains whose own addresses (a) or mail servers (mx) may send. */
  hosts: { kind: "a" | "mx"; name: string }[];
  /** Terms that cost a DNS lookup (§4.6.4). */
  lookups: number;
  hasAll: boolean;
};

/** A domain's SPF record with everything it includes. */
export type SpfTree = {
  networks: string[];
  /** Domains included at any depth. */
  includes: string[];
  lookups: number;
  problems: Reason[];
  /** Why a part could not be read; undefined when everything was. */
  failed: Reason | undefined;
};

export const MAX_SPF_LOOKUPS = 10;

/** Parses a record. Qualifiers are ignored, because nobody lists their own servers in order to refuse them. */
export function readSpf(record: string, domain: string): SpfRecord {
  const read: SpfRecord = {
    includes: [],
    redirect: undefined,
    networks: [],
    hosts: [],
    lookups: 0,
    hasAll: false,
  };
  for (const term of record.trim().split(/\s+/).slice(1)) {
    readTerm(read, term.toLowerCase(), domain);
  }
  return read;
}

function readTerm(read: SpfRecord, term: string, domain: string): void {
  const [, name = "", value = ""] =
    /^[+?~-]?([a-z0-9]+)(?:[:=](.*))?$/.exec(term.replace(/^([+?~-]?(?:a|mx))\//, "$1:/")) ?? [];
  switch (name) {
    case "include":
      read.includes.push(value);
      read.lookups += 1;
      return;
    case "redirect":
      read.redirect = value;
      read.lookups += 1;
      return;
    case "ip4":
    case "ip6":
      read.networks.push(value);
      return;
    case "a":
    case "mx":
      read.hosts.push({ kind: name, name: value.split("/")[0] || domain });
      read.lookups += 1;
      return;
    case "exists":
    case "ptr":
      read.lookups += 1;
      return;
    case "all":
      read.hasAll = true;
      return;
    default:
      return;
  }
}

/** True when the address is in the network, for instance `203.0.113.0/24` or `2001:db8::/32`. */
export function isInNetwork(address: string, network: string): boolean {
  const [base = "", prefix] = network.split("/");
  const [a, b] = [bitsOf(address), bitsOf(base)];
  if (a === undefined || b === undefined || a.length !== b.length) {
    return false;
  }
  const length = prefix === undefined ? a.length : Number(prefix);
  return Number.isInteger(length) && a.slice(0, length) === b.slice(0, length);
}

function bitsOf(address: string): string | undefined {
  if (/^\d+(\.\d+){3}$/.test(address)) {
    return address
      .split(".")
      .map((octet) => Number(octet).toString(2).padStart(8, "0"))
      .join("");
  }
  const url = URL.parse(`http://[${address}]/`);
  if (url === null) {
    return undefined;
  }
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [front, back] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  return [...front, ...zeros, ...back]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

/**
 * Checks that a domain's SPF authorizes the sending methods: relays are included and our own addresses are listed.
 */
export function judgeSpf(
  found: string[],
  tree: SpfTree | undefined,
  wanted: { includes: string[]; addresses: string[]; terms: string[] },
): RecordVerdict {
  const spf = found.filter((value) => /^v=spf1(\s|$)/i.test(value));
  const [record] = spf;
  if (record === undefined || tree === undefined) {
    const code = wanted.terms.length === 0 ? "spf_missing_relay" : "spf_missing";
    return verdict("missing", found, because(code));
  }
  if (spf.length > 1) {
    return verdict("different", spf, because("spf_several"));
  }
  if (tree.failed !== undefined) {
    return verdict("unknown", spf, tree.failed);
  }
  const [problem] = tree.problems;
  if (problem !== undefined) {
    return verdict("different", spf, problem);
  }
  const { lookups } = tree;
  if (lookups > MAX_SPF_LOOKUPS) {
    return verdict(
      "different",
      spf,
      because("spf_many_lookups", { lookups, max: MAX_SPF_LOOKUPS }),
    );
  }
  const missing = [
    ...wanted.includes
      .filter((name) => !tree.includes.includes(name))
      .map((name) => `include:${name}`),
    ...wanted.addresses
      .filter((address) => !tree.networks.some((network) => isInNetwork(address, network)))
      .map((address) => `${address.includes(":") ? "ip6" : "ip4"}:${address}`),
  ];
  if (missing.length > 0) {
    const mended = record.replace(/\s*([+?~-]?all)?\s*$/i, ` ${missing.join(" ")} $1`).trim();
    const values = { missing: missing.join(", "), record: mended };
    return verdict("different", spf, because("spf_incomplete", values));
  }
  return wanted.terms.length === 0
    ? verdict("ok", spf, because("spf_found"))
    : verdict("ok", spf, because("spf_complete", { lookups, max: MAX_SPF_LOOKUPS }));
}
