// Maps recipient domains to mailbox providers. Only consumer domains are listed; a company's domain counts as `other`
// until the limiter sees its real MX.
const domains: Record<string, readonly string[]> = {
  gmail: ["gmail.com", "googlemail.com"],
  outlook: ["outlook.*", "hotmail.*", "live.*", "msn.com", "passport.com", "windowslive.com"],
  yahoo: ["yahoo.*", "ymail.com", "rocketmail.com", "aol.*", "aim.com", "myyahoo.com", "sky.com"],
  apple: ["icloud.com", "me.com", "mac.com"],
  gmx: ["gmx.*", "web.de", "mail.com", "email.com", "caramail.com"],
  tonline: ["t-online.de", "magenta.de"],
  proton: ["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
  mailru: ["mail.ru", "inbox.ru", "bk.ru", "list.ru", "internet.ru"],
  yandex: ["yandex.*", "ya.ru"],
  qq: ["qq.com", "foxmail.com"],
  netease: ["163.com", "126.com", "yeah.net"],
  orange: ["orange.fr", "wanadoo.fr"],
  free: ["free.fr", "aliceadsl.fr"],
  laposte: ["laposte.net"],
  sfr: ["sfr.fr", "neuf.fr", "numericable.fr"],
  libero: ["libero.it", "virgilio.it", "inwind.it", "iol.it", "blu.it"],
  seznam: ["seznam.cz", "email.cz", "post.cz"],
  wp: ["wp.pl", "o2.pl", "tlen.pl"],
  comcast: ["comcast.net", "xfinity.com"],
  att: ["att.net", "sbcglobal.net", "bellsouth.net"],
  charter: ["charter.net", "spectrum.net", "rr.com", "roadrunner.com"],
  zoho: ["zoho.com", "zohomail.com"],
  fastmail: ["fastmail.com", "fastmail.fm"],
  naver: ["naver.com"],
  uol: ["uol.com.br", "bol.com.br"],
  btinternet: ["btinternet.com", "btopenworld.com"],
};

const exact = new Map<string, string>();
/** First labels of domain families such as yahoo.co.uk, which use many public suffixes. */
const families = new Map<string, string>();
for (const [provider, patterns] of Object.entries(domains)) {
  for (const pattern of patterns) {
    if (pattern.endsWith(".*")) {
      families.set(pattern.slice(0, -2), provider);
    } else {
      exact.set(pattern, provider);
    }
  }
}

/** Matches yahoo.de and yahoo.co.jp, but not yahoo.example.net, which may belong to anyone. */
const FAMILY = /^([a-z]+)\.(?:com|net|org|[a-z]{2}|(?:co|com)\.[a-z]{2})$/;

/** The provider of a domain (A-label, lower case); `other` when it is not listed. */
export function providerOf(domain: string): string {
  const known = exact.get(domain);
  if (known !== undefined) {
    return known;
  }
  const family = FAMILY.exec(domain)?.[1];
  return (family === undefined ? undefined : families.get(family)) ?? "other";
}

/** All provider names in a fixed order, `other` last. */
export const providers: readonly string[] = [...Object.keys(domains), "other"];
