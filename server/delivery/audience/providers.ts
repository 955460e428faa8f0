// Whose mail servers stand behind an address. Only consumer domains are known by name; a company's
// domain is `other` until the limiter sees its real MX.
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
/** First labels of families such as yahoo.co.uk: the label before a public suffix of one or two parts. */
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

/** yahoo.de and yahoo.co.jp are Yahoo's; yahoo.example.net is somebody else's. */
const FAMILY = /^([a-z]+)\.(?:com|net|org|[a-z]{2}|(?:co|com)\.[a-z]{2})$/;

/** The provider of a domain (A-label, lower case), `other` when it is not a known one. */
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
