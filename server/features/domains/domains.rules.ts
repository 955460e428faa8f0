import { getDomain } from "tldts";
import { because, invalidField } from "../../platform/errors.ts";

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

/** True for reserved domains, which work only with the test inbox or a local relay. */
export function isReservedDomain(domain: string): boolean {
  return RESERVED.test(domain) || !domain.includes(".");
}

/** True for domains of mailbox providers, whose DMARC policy makes mail from other servers bounce. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain);
}

/**
 * The A-label form of a domain that can be sent from.
 *
 * @throws AppError `invalid_input` for an invalid domain or a mailbox provider's.
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
    throw invalidField(field, because("not_a_domain_name"));
  }
  if (organizationOf(name) === undefined) {
    throw invalidField(field, because("domain_is_suffix", { domain: name }));
  }
  if (isFreeMail(name)) {
    throw invalidField(field, because("domain_of_provider", { domain: name }));
  }
  return name;
}

/**
 * The registered domain: `example.co.uk` for `news.example.co.uk`. Undefined for a public suffix.
 *
 * @see https://publicsuffix.org
 */
export function organizationOf(domain: string): string | undefined {
  return getDomain(domain, { allowPrivateDomains: true }) ?? undefined;
}

function toAscii(domain: string): string {
  const url = URL.parse(`http://${domain}/`);
  const plain = url !== null && url.pathname === "/" && url.port === "" && url.username === "";
  return plain ? url.hostname : "";
}

/** The two parts of an address, with the domain as A-label. @throws AppError `invalid_input`. */
export function requireSenderAddress(input: string): { email: string; domain: string } {
  const at = input.lastIndexOf("@");
  const local = input.slice(0, at);
  const isLocal =
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(local) && !/^\.|\.\.|\.$/.test(local);
  if (at < 1 || !isLocal) {
    throw invalidField("email", because("not_an_email"));
  }
  const domain = requireDomain(input.slice(at + 1), "email");
  return { email: `${local}@${domain}`, domain };
}
