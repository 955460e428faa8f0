import { getDomain } from "tldts";
import { invalidField } from "../../platform/errors.ts";

/** A record to set in the DNS, and what a check may find instead of it. */
export type DnsRecord = {
  purpose: "dkim" | "spf" | "dmarc" | "tracking";
  type: "TXT" | "CNAME";
  host: string;
  value: string;
  /** Without it mail is not sent from the domain; the others are advice. */
  required: boolean;
};

export type DnsAnswer =
  | { kind: "records"; values: string[] }
  | { kind: "none" }
  | { kind: "failed"; reason: string };

export type RecordVerdict = {
  status: "ok" | "missing" | "different" | "unknown";
  found: string[];
  message: string;
};

const RESERVED = /(^|\.)(test|example|invalid|localhost|local|internal|lan|home\.arpa)$/;

const FREE_MAIL = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com hotmail.de hotmail.fr hotmail.co.uk live.com live.de
   msn.com yahoo.com yahoo.de yahoo.fr yahoo.co.uk yahoo.co.jp ymail.com rocketmail.com aol.com aim.com
   icloud.com me.com mac.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de
   posteo.de mailbox.org proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com zoho.com
   mail.com mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com qq.com 163.com 126.com sina.com naver.com
   hanmail.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tin.it
   comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net btinternet.com
   seznam.cz wp.pl o2.pl onet.pl interia.pl uol.com.br bol.com.br terra.com.br`.split(/\s+/),
);

/** True for a domain that nobody can own, which only the test inbox or a local relay can be sent from. */
export function isReservedDomain(domain: string): boolean {
  return RESERVED.test(domain) || !domain.includes(".");
}

/** True for the domains of mailbox providers: their DMARC policy makes mail from elsewhere bounce. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain);
}

/**
 * The A-label form of a domain one can send from.
 *
 * @throws AppError `invalid_input` for what is no domain name, or a provider's.
 */
export function requireDomain(input: string, field: string): string {
  const name = toAscii(input.trim().replace(/\.$/, ""));
  const labels = name.split(".");
  const isName =
    name.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "");
  if (!isName) {
    throw invalidField(field, "is not a domain name", "For example news.example.com.");
  }
  if (organizationOf(name) === undefined) {
    throw invalidField(
      field,
      `nobody owns ${name} itself: people register names below it`,
      "For example example.co.uk.",
    );
  }
  if (isFreeMail(name)) {
    throw invalidField(
      field,
      `${name} belongs to a mailbox provider, so mail that others send from it is refused`,
      "Use a domain of your own.",
    );
  }
  return name;
}

/**
 * The name that was registered: `example.co.uk` for `news.example.co.uk`. Undefined for a public suffix.
 *
 * @see https://publicsuffix.org
 */
export function organizationOf(domain: string): string | undefined {
  return getDomain(domain, { allowPrivateDomains: true }) ?? undefined;
}

/** Where a DMARC policy may be when the domain has none of its own: RFC 7489 §6.6.3. */
export function dmarcFallback(record: DnsRecord, domain: string): string | undefined {
  const organization = organizationOf(domain);
  const isOther = organization !== undefined && organization !== domain;
  return record.purpose === "dmarc" && isOther ? `_dmarc.${organization}` : undefined;
}

function toAscii(domain: string): string {
  const url = URL.parse(`http://${domain}/`);
  const plain = url !== null && url.pathname === "/" && url.port === "" && url.username === "";
  return plain ? url.hostname : "";
}

/** The two halves of an address, the domain as A-label. @throws AppError `invalid_input`. */
export function requireSenderAddress(input: string): { email: string; domain: string } {
  const at = input.lastIndexOf("@");
  const local = input.slice(0, at);
  const isLocal =
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(local) && !/^\.|\.\.|\.$/.test(local);
  if (at < 1 || !isLocal) {
    throw invalidField("email", "is not an e-mail address", "For example news@example.com.");
  }
  const domain = requireDomain(input.slice(at + 1), "email");
  return { email: `${local}@${domain}`, domain };
}

/**
 * What to set in the DNS of a sending domain.
 *
 * @param publicHost Host name of this instance; a tracking record is only asked for when it is a name.
 */
export function recordsFor(
  domain: { name: string; dkimSelector: string; dkimPublic: string },
  publicHost: string,
): DnsRecord[] {
  const records: DnsRecord[] = [
    {
      purpose: "dkim",
      type: "TXT",
      host: `${domain.dkimSelector}._domainkey.${domain.name}`,
      value: `v=DKIM1; k=rsa; p=${domain.dkimPublic}`,
      required: true,
    },
    {
      purpose: "spf",
      type: "TXT",
      host: domain.name,
      value: "v=spf1 include:<your relay's SPF name> ~all",
      required: false,
    },
    {
      purpose: "dmarc",
      type: "TXT",
      host: `_dmarc.${domain.name}`,
      value: `v=DMARC1; p=none; rua=mailto:postmaster@${domain.name}`,
      required: false,
    },
  ];
  if (/[a-z]$/i.test(publicHost) && !isReservedDomain(publicHost)) {
    records.push({
      purpose: "tracking",
      type: "CNAME",
      host: `links.${domain.name}`,
      value: publicHost,
      required: false,
    });
  }
  return records;
}

/** Compares what the DNS says with what it should. */
export function judgeRecord(record: DnsRecord, answer: DnsAnswer): RecordVerdict {
  if (answer.kind === "failed") {
    return { status: "unknown", found: [], message: `The DNS did not answer: ${answer.reason}.` };
  }
  const found = answer.kind === "records" ? answer.values : [];
  const judge = { dkim: judgeDkim, spf: judgeSpf, dmarc: judgeDmarc, tracking: judgeTracking };
  return judge[record.purpose](record, found);
}

function judgeDkim(record: DnsRecord, found: string[]): RecordVerdict {
  const keys = found.filter((value) => /(^|;)\s*p\s*=/.test(value));
  if (keys.length === 0) {
    return { status: "missing", found, message: "No DKIM key is published there yet." };
  }
  const wanted = keyOf(record.value);
  if (keys.length === 1 && keyOf(keys[0] ?? "") === wanted) {
    return { status: "ok", found, message: "The key is published." };
  }
  return keys.length > 1
    ? { status: "different", found, message: "More than one key is published; leave only ours." }
    : { status: "different", found, message: "Another key is published; replace it." };
}

function keyOf(record: string): string {
  return /(?:^|;)\s*p\s*=([^;]*)/.exec(record)?.[1]?.replace(/\s/g, "") ?? "";
}

function judgeSpf(_record: DnsRecord, found: string[]): RecordVerdict {
  const spf = found.filter((value) => /^v=spf1(\s|$)/i.test(value));
  if (spf.length === 0) {
    return {
      status: "missing",
      found,
      message: "No SPF record. Your relay's documentation names what to include.",
    };
  }
  if (spf.length > 1) {
    return {
      status: "different",
      found: spf,
      message:
        "There are several SPF records, which counts as an error (RFC 7208 §3.2): merge them.",
    };
  }
  return { status: "ok", found: spf, message: "There is one SPF record." };
}

function judgeDmarc(_record: DnsRecord, found: string[]): RecordVerdict {
  const dmarc = found.filter((value) => /^v=DMARC1\s*;/i.test(value));
  if (dmarc.length === 1) {
    return { status: "ok", found: dmarc, message: "There is a DMARC policy." };
  }
  return dmarc.length === 0
    ? {
        status: "missing",
        found,
        message: "No DMARC policy. Gmail and Yahoo ask bulk senders for one.",
      }
    : { status: "different", found: dmarc, message: "There are several DMARC records: keep one." };
}

function judgeTracking(record: DnsRecord, found: string[]): RecordVerdict {
  const first = found[0]?.toLowerCase().replace(/\.$/, "");
  if (first === undefined) {
    return { status: "missing", found, message: "Not set; links use this instance's own name." };
  }
  return first === record.value.toLowerCase()
    ? { status: "ok", found, message: "The name points here." }
    : { status: "different", found, message: "The name points somewhere else." };
}
