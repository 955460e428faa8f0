/** What one source of ours may do to a provider, before anything is learned of it. */
export type ProviderProfile = {
  provider: string;
  /** Ends of MX host names. A domain is the provider's when *every* MX host of it has one of these. */
  mxSuffixes: readonly string[];
  /** Connections at a time, all its domains together. */
  connections: number;
  connectionsPerMinute: number;
  /** Messages on one connection. */
  perConnection: number;
  perSecond: number;
  /** It offers TLS to everybody, so that its absence means that somebody is in between. */
  tlsRequired: boolean;
};

/** A mail server nobody knows anything about: friendly to a small one, fast enough for a large one. */
const unknown: Omit<ProviderProfile, "provider" | "mxSuffixes"> = {
  connections: 10,
  connectionsPerMinute: 100,
  perConnection: 100,
  perSecond: 100,
  tlsRequired: false,
};

type Row = [
  provider: string,
  mxSuffixes: readonly string[],
  limits?: Partial<Omit<ProviderProfile, "provider" | "mxSuffixes">>,
];

// What the providers say of themselves, and where they do not, what other senders have found to work.
const rows: readonly Row[] = [
  // Mailboxes of people, and the companies that use the same servers.
  [
    "google",
    [".google.com", ".googlemail.com"],
    { connections: 5, perConnection: 50, tlsRequired: true },
  ],
  [
    "outlook",
    [".olc.protection.outlook.com"],
    { connections: 5, perConnection: 50, tlsRequired: true },
  ],
  [
    "microsoft",
    [".mail.protection.outlook.com", ".mx.microsoft", ".mail.protection.office365.us"],
    { connections: 5, perConnection: 50, tlsRequired: true },
  ],
  ["yahoo", [".yahoodns.net"], { perConnection: 20, tlsRequired: true }],
  ["apple", [".icloud.com"], { perConnection: 5, tlsRequired: true }],
  [
    "gmx",
    [".gmx.net", ".web.de", ".mail.com"],
    { connections: 4, perConnection: 20, tlsRequired: true },
  ],
  ["tonline", [".t-online.de"], { connections: 4, perConnection: 20, tlsRequired: true }],
  ["proton", [".protonmail.ch"], { tlsRequired: true }],
  ["mailru", [".mail.ru"]],
  ["yandex", [".yandex.ru", ".yandex.net"]],
  ["qq", [".qq.com"], { connections: 5, perConnection: 20 }],
  ["netease", [".netease.com"], { connections: 5, perConnection: 20 }],
  ["orange", [".orange.fr"], { connections: 2, perConnection: 50 }],
  ["free", [".free.fr"], { connections: 2, perConnection: 50 }],
  ["laposte", [".laposte.net"], { connections: 2, perConnection: 50 }],
  ["sfr", [".sfr.fr"], { connections: 2, perConnection: 50 }],
  ["libero", [".libero.it"], { connections: 5, perConnection: 20 }],
  ["seznam", [".seznam.cz"]],
  ["wp", [".wp.pl"]],
  ["comcast", [".comcast.net"], { connections: 25, perConnection: 1_000, tlsRequired: true }],
  ["att", [".prodigy.net"], { connections: 5, perConnection: 20 }],
  ["charter", [".charter.net"], { connections: 5, perConnection: 20 }],
  ["zoho", [".zoho.com", ".zoho.eu", ".zoho.in"], { connections: 5, perConnection: 50 }],
  ["fastmail", [".messagingengine.com"], { tlsRequired: true }],
  ["naver", [".naver.com"], { connections: 5, perConnection: 20 }],
  ["uol", [".uol.com.br"], { connections: 5, perConnection: 20 }],
  ["btinternet", [".btinternet.com"], { connections: 5, perConnection: 20 }],
  // Hosts of companies' mail, and the filters in front of it: many domains, one set of limits.
  ["ionos", [".kundenserver.de", ".ionos.de", ".ionos.com", ".ionos.co.uk", ".1and1.com"]],
  ["ovh", [".ovh.net"]],
  ["amazon", [".amazonaws.com"], { tlsRequired: true }],
  ["mimecast", [".mimecast.com", ".mimecast.co.za", ".mimecast-offshore.com"]],
  ["proofpoint", [".pphosted.com", ".ppe-hosted.com"]],
  ["barracuda", [".barracudanetworks.com"]],
  ["cisco", [".iphmx.com"]],
  ["symantec", [".messagelabs.com"]],
  ["trendmicro", [".trendmicro.com", ".trendmicro.eu"]],
];

/** By name. Data, so that an administrator's own table can stand in for it. */
export const providerProfiles: ReadonlyMap<string, ProviderProfile> = new Map(
  rows.map(([provider, mxSuffixes, limits]) => [
    provider,
    { ...unknown, ...limits, provider, mxSuffixes },
  ]),
);

/** The profile of a provider; of `other`, and of a name without one, what is safe with anybody. */
export function profileOf(provider: string): ProviderProfile {
  return providerProfiles.get(provider) ?? { ...unknown, provider, mxSuffixes: [] };
}
