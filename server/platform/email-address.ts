import { domainToASCII } from "node:url";
import { because, type Reason } from "./errors.ts";

/** A valid e-mail address. */
export type EmailAddress = {
  /** As written, without surrounding white space. */
  email: string;
  /**
   * The normalised form, used for comparison: local part in NFC, case-folded and quoted only where it must be, domain as
   * A-label in lower case.
   */
  address: string;
  /** The domain of `address`. */
  domain: string;
  /** True when the local part contains non-ASCII characters, so that all servers on the way must support SMTPUTF8. */
  needsSmtpUtf8: boolean;
};

/** Why a text is not a valid address. */
export type AddressFault = { why: Reason };

const MAX_LOCAL_OCTETS = 64;
const MAX_ADDRESS_OCTETS = 254;
const MAX_DOMAIN_OCTETS = 253;

// Fast path: nearly every real address matches this; the others are parsed in detail.
const PLAIN =
  /^[a-z0-9_+-](?:\.?[a-z0-9!#$%&'*/=?^_`{|}~+-])*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/;
const ATOM = /^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10FFFF}-]+$/u;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10FFFF}]|\\[\x20-\x7e])*"$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// Control characters, and invisible characters that make different addresses look alike.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are searched for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/;

/**
 * Parses an address according to the Mailbox syntax of RFC 5321 §4.1.2, also allowing internationalised domains (UTS
 * 46) and SMTPUTF8 local parts (RFC 6531). Address literals and domains with a single label are refused, because
 * campaigns are never sent to them.
 *
 * @see RFC 5321 §4.5.3.1 for the lengths; RFC 3696 erratum 1690 for 254.
 */
export function parseEmailAddress(input: string): EmailAddress | AddressFault {
  const email = input.trim();
  const lower = email.toLowerCase();
  const at = lower.lastIndexOf("@");
  if (at > 0 && at <= MAX_LOCAL_OCTETS && lower.length <= MAX_ADDRESS_OCTETS && PLAIN.test(lower)) {
    const domain = lower.slice(at + 1);
    if (!domain.includes("--")) {
      return { email, address: lower, domain, needsSmtpUtf8: false };
    }
  }
  return parseClosely(email);
}

/** True for the refusal of `parseEmailAddress`. */
export function isAddressFault(result: EmailAddress | AddressFault): result is AddressFault {
  return "why" in result;
}

/**
 * False for a well-formed address that is never mailed: hardly any server accepts a local part that needs quoting in
 * the envelope, and quoting is a way to inject SMTP commands.
 */
export function isMailable(address: string): boolean {
  return !/[ <>,;]/.test(address);
}

function parseClosely(email: string): EmailAddress | AddressFault {
  if (email === "") {
    return { why: because("address_empty") };
  }
  if (INVISIBLE.test(email)) {
    return { why: because("address_invisible") };
  }
  const at = email.lastIndexOf("@");
  if (at === -1) {
    return { why: because("address_without_at") };
  }
  const written = email.slice(0, at).normalize("NFC");
  const fault = localFault(written);
  if (fault !== undefined) {
    return { why: fault };
  }
  const local = QUOTED.test(written) ? shortest(written) : written;
  const domain = readDomain(email.slice(at + 1));
  if (typeof domain !== "string") {
    return domain;
  }
  const address = `${local.toLowerCase().normalize("NFC")}@${domain}`;
  if (Buffer.byteLength(address) > MAX_ADDRESS_OCTETS) {
    return { why: because("address_too_long", { max: MAX_ADDRESS_OCTETS }) };
  }
  return { email, address, domain, needsSmtpUtf8: !isAscii(local) };
}

/**
 * The shortest way to write a quoted local part: `"ann"` and `ann` are the same mailbox.
 * @see RFC 5321 §4.1.2, RFC 5322 §3.2.4
 */
function shortest(quoted: string): string {
  const content = quoted.slice(1, -1).replace(/\\(.)/gu, "$1");
  const isDotAtom = content.split(".").every((atom) => ATOM.test(atom));
  return isDotAtom ? content : `"${content.replace(/["\\]/g, "\\$&")}"`;
}

function localFault(local: string): Reason | undefined {
  if (local === "") {
    return because("local_empty");
  }
  if (Buffer.byteLength(local) > MAX_LOCAL_OCTETS) {
    return because("local_too_long", { max: MAX_LOCAL_OCTETS });
  }
  if (QUOTED.test(local)) {
    return undefined;
  }
  if (/[<>]/.test(local)) {
    return because("local_brackets");
  }
  if (local.includes("@")) {
    return because("local_second_at");
  }
  if (/\s/.test(local)) {
    return because("local_space");
  }
  if (local.startsWith(".") || local.endsWith(".")) {
    return because("local_outer_dot");
  }
  if (local.includes("..")) {
    return because("local_two_dots");
  }
  const bad = local.split(".").find((atom) => !ATOM.test(atom));
  return bad === undefined ? undefined : because("local_character");
}

function readDomain(written: string): string | AddressFault {
  if (written === "") {
    return { why: because("domain_empty") };
  }
  if (written.startsWith("[") || /^[\d.]+$/.test(written)) {
    return { why: because("domain_is_ip") };
  }
  if (/\s/.test(written)) {
    return { why: because("domain_space") };
  }
  if (!written.includes(".") && isAscii(written)) {
    return { why: because("domain_without_dot") };
  }
  if (/^\.|\.$|\.\./.test(written)) {
    return { why: because("domain_extra_dot") };
  }
  // domainToASCII parses its argument like a URL host, so characters with a meaning in URLs must be excluded.
  const domain = /[/\\?#:%@<>[\]^|"`{}]/.test(written) ? "" : domainToASCII(written);
  if (domain === "" || domain.length > MAX_DOMAIN_OCTETS) {
    return { why: because("domain_impossible") };
  }
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(last)) {
    return { why: because("domain_impossible") };
  }
  return last.length < 2 ? { why: because("domain_ending_short") } : domain;
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches all of ASCII
  return /^[\u0000-\u007f]*$/.test(text);
}

const ENDINGS = new Map(
  Object.entries({
    con: "com",
    cmo: "com",
    comm: "com",
    ocm: "com",
    vom: "com",
    nett: "net",
    ney: "net",
    ogr: "org",
  }),
);
const DOMAINS = new Map(
  Object.entries({
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmail.de": "gmail.com",
    "gnail.com": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "yaho.com": "yahoo.com",
    "outlok.com": "outlook.com",
  }),
);

/**
 * A suggestion, as a question, for a valid address with a likely typo; undefined when nothing looks wrong. Never a
 * reason to refuse the address.
 */
export function addressHint(domain: string): string | undefined {
  const known = DOMAINS.get(domain);
  if (known !== undefined) {
    return `the domain is ${domain}: did you mean ${known}?`;
  }
  const ending = domain.slice(domain.lastIndexOf(".") + 1);
  const meant = ENDINGS.get(ending);
  return meant === undefined ? undefined : `the domain ends in .${ending}: did you mean .${meant}?`;
}
