// The DNS records a sending domain needs, and how published records compare with them.
import { because, type CodedReason, coded, type Reason } from "../../platform/errors.ts";
import type { DnsAnswer, RouteOrigins } from "../ports.ts";
import { isReservedDomain, organizationOf } from "./domains.rules.ts";

export type Purpose =
  | "dkim"
  | "dkim_next"
  | "spf"
  | "dmarc"
  | "return_path"
  | "return_path_spf"
  | "tracking"
  | "ptr";

/** A DNS record to publish, and what a check may find instead. */
export type DnsRecord = {
  purpose: Purpose;
  type: "TXT" | "CNAME" | "MX" | "PTR";
  host: string;
  value: string;
  /** Without a required record no mail is sent from the domain. The others are recommendations. */
  required: boolean;
};

export type RecordVerdict = {
  status: "ok" | "missing" | "different" | "unknown";
  found: string[];
  message: string;
  /** What `message` says. */
  cause: CodedReason;
};

/** A verdict with its reason. */
export function verdict(
  status: RecordVerdict["status"],
  found: string[],
  why: Reason,
): RecordVerdict {
  return { status, found, message: why.text, cause: coded(why) };
}

/** What the records of a domain depend on. */
export type DomainFacts = {
  name: string;
  dkimSelector: string;
  dkimPublic: string;
  trackingHost: string;
  bounceHost: string;
  /** The new key of a rotation that is not active yet. */
  next: { selector: string; publicKey: string } | undefined;
};

/** What the records depend on besides the domain: this instance and the workspace's sending methods. */
export type Surroundings = RouteOrigins & {
  /** Host name of this instance. */
  publicHost: string;
  /** Host name of its SMTP listener. */
  mxHost: string;
};

export const trackingHostOf = (domain: { name: string; trackingHost: string }): string =>
  domain.trackingHost || `links.${domain.name}`;

export const bounceHostOf = (domain: { name: string; bounceHost: string }): string =>
  domain.bounceHost || `bounce.${domain.name}`;

/** The SPF terms that authorize all sending methods of the workspace. */
export function spfTerms({ includes, sources }: Surroundings): string[] {
  const addresses = [...new Set(sources.map(({ address }) => address))];
  return [
    ...includes.map((name) => `include:${name}`),
    ...addresses.map((address) => `${address.includes(":") ? "ip6" : "ip4"}:${address}`),
  ];
}

const isPublicName = (host: string): boolean => /[a-z]$/i.test(host) && !isReservedDomain(host);

/**
 * The records to publish for a sending domain. Records that point to this instance are included only when the
 * instance has a public host name.
 */
export function recordsFor(domain: DomainFacts, around: Surroundings): DnsRecord[] {
  const { name, next } = domain;
  const keyRecord = (purpose: "dkim" | "dkim_next", selector: string, key: string): DnsRecord => ({
    purpose,
    type: "TXT",
    host: `${selector}._domainkey.${name}`,
    value: `v=DKIM1; k=rsa; p=${key}`,
    required: purpose === "dkim",
  });
  const terms = spfTerms(around).join(" ") || "include:<your relay's SPF name>";
  const spf = `v=spf1 ${terms} ~all`;
  const advice = { required: false } as const;
  const records: DnsRecord[] = [
    keyRecord("dkim", domain.dkimSelector, domain.dkimPublic),
    ...(next === undefined ? [] : [keyRecord("dkim_next", next.selector, next.publicKey)]),
    { purpose: "spf", type: "TXT", host: name, value: spf, ...advice },
    {
      purpose: "dmarc",
      type: "TXT",
      host: `_dmarc.${name}`,
      value: `v=DMARC1; p=none; rua=mailto:postmaster@${name}`,
      ...advice,
    },
  ];
  if (isPublicName(around.mxHost)) {
    const host = bounceHostOf(domain);
    records.push(
      { purpose: "return_path", type: "MX", host, value: `10 ${around.mxHost}`, ...advice },
      { purpose: "return_path_spf", type: "TXT", host, value: spf, ...advice },
    );
  }
  if (isPublicName(around.publicHost)) {
    const host = trackingHostOf(domain);
    records.push({ purpose: "tracking", type: "CNAME", host, value: around.publicHost, ...advice });
  }
  for (const { address, heloName } of around.sources) {
    records.push({ purpose: "ptr", type: "PTR", host: address, value: heloName, ...advice });
  }
  return records;
}

/** Identifies a record's verdict. There is one PTR record per IP address. */
export const recordKey = ({ purpose, host }: Pick<DnsRecord, "purpose" | "host">): string =>
  purpose === "ptr" ? `ptr ${host}` : purpose;

/** Where a DMARC policy is looked up when the domain has none of its own: RFC 7489 §6.6.3. */
export function dmarcFallback(domain: string): string | undefined {
  const organization = organizationOf(domain);
  const isOther = organization !== undefined && organization !== domain;
  return isOther ? `_dmarc.${organization}` : undefined;
}

/** The verdict when the DNS did not answer; undefined when it did. */
export function verdictWithoutAnswer(answer: DnsAnswer): RecordVerdict | undefined {
  return answer.kind === "failed"
    ? verdict("unknown", [], because("dns_no_answer", { fault: answer.reason }))
    : undefined;
}

const valuesOf = (answer: DnsAnswer): string[] => (answer.kind === "records" ? answer.values : []);

export function judgeDkim(record: DnsRecord, answer: DnsAnswer): RecordVerdict {
  const found = valuesOf(answer);
  const keys = found.filter((value) => /(^|;)\s*p\s*=/.test(value));
  if (keys.length === 0) {
    return verdict("missing", found, because("dkim_missing"));
  }
  const wanted = keyOf(record.value);
  if (keys.length === 1 && keyOf(keys[0] ?? "") === wanted) {
    return verdict("ok", found, because("dkim_published"));
  }
  const code = keys.length > 1 ? "dkim_several" : "dkim_other";
  return verdict("different", found, because(code));
}

function keyOf(record: string): string {
  return /(?:^|;)\s*p\s*=([^;]*)/.exec(record)?.[1]?.replace(/\s/g, "") ?? "";
}

/** Checks that a policy exists and that our signature is aligned with it (RFC 7489 §3.1). */
export function judgeDmarc(answer: DnsAnswer): RecordVerdict {
  const found = valuesOf(answer);
  const dmarc = found.filter((value) => /^v=DMARC1\s*;/i.test(value));
  const [policy] = dmarc;
  if (policy === undefined) {
    return verdict("missing", found, because("dmarc_missing"));
  }
  if (dmarc.length > 1) {
    return verdict("different", dmarc, because("dmarc_several"));
  }
  const wanted = /;\s*p\s*=\s*(\w+)/i.exec(policy)?.[1]?.toLowerCase() ?? "";
  if (!["none", "quarantine", "reject"].includes(wanted)) {
    return verdict("different", dmarc, because("dmarc_without_policy"));
  }
  const isStrict = /;\s*adkim\s*=\s*s/i.test(policy);
  const code = isStrict ? "dmarc_strict" : "dmarc_found";
  return verdict("ok", dmarc, because(code, { policy: wanted }));
}

export function judgeReturnPath(record: DnsRecord, answer: DnsAnswer): RecordVerdict {
  const found = valuesOf(answer).map(plainName);
  const wanted = plainName(record.value.replace(/^\d+ /, ""));
  if (found.length === 0) {
    return verdict("missing", found, because("return_path_missing"));
  }
  return found.length === 1 && found[0] === wanted
    ? verdict("ok", found, because("return_path_found"))
    : verdict(
        "different",
        found,
        because("return_path_other", { found: found.join(", "), wanted }),
      );
}

/** @param isReached Whether this instance answered under the name; undefined when not tried. */
export function judgeTracking(
  record: DnsRecord,
  answer: DnsAnswer,
  isReached?: boolean,
): RecordVerdict {
  const found = valuesOf(answer);
  const [first] = found.map(plainName);
  if (first === undefined) {
    return verdict("missing", found, because("tracking_missing"));
  }
  if (first !== plainName(record.value)) {
    return verdict("different", found, because("tracking_other"));
  }
  return isReached === false
    ? verdict("different", found, because("tracking_unanswered", { host: record.host }))
    : verdict("ok", found, because("tracking_found"));
}

export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, "");
