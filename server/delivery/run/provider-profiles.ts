/** The initial limits for sending to a provider from one source address. */
export type ProviderProfile = {
  provider: string;
  /** Suffixes of MX host names. A domain belongs to the provider only if *every* MX host has one of them. */
  mxSuffixes: readonly string[];
  /** Connections at a time, for all of the provider's domains together. */
  connections: number;
  connectionsPerMinute: number;
  /** Messages per connection. */
  perConnection: number;
  perSecond: number;
  /** The provider always offers TLS, so its absence points to an attack on the connection. */
  tlsRequired: boolean;
};

/** For unknown servers: low enough for a small server, and high enough for a large one. */
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

// Values published by the providers or, where there are none, reported to work by other senders.
const rows: readonly Row[] = [
  // Mailbox providers, including companies that use the same servers.
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
  // Mail hosting for companies and filtering services: many domains share one set of limits.
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

/** By name. Kept as data, so that an administrator can replace the table. */
export const providerProfiles: ReadonlyMap<string, ProviderProfile> = new Map(
  rows.map(([provider, mxSuffixes, limits]) => [
    provider,
    { ...unknown, ...limits, provider, mxSuffixes },
  ]),
);

/** The profile of a provider; for `other` and unknown names, limits that any server should accept. */
export function profileOf(provider: string): ProviderProfile {
  return providerProfiles.get(provider) ?? { ...unknown, provider, mxSuffixes: [] };
}
