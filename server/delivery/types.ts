// What the stages of the pipeline hand on to each other. A stage imports this file and its own folder,
// never another stage.

/** The states of a message row; the numbers are stored. All but the first three are terminal. */
export const messageState = {
  pending: 0,
  deferred: 1,
  held: 2,
  sent: 3,
  bounced: 4,
  failed: 5,
  skipped: 6,
} as const;
export type MessageStateName = keyof typeof messageState;
export type MessageState = (typeof messageState)[MessageStateName];

/** One message, named. */
export type MessageRef = { workspaceId: string; campaignId: number; seq: number };

/** Who gets a message and what its slots are filled from. */
export type Recipient = {
  seq: number;
  contactId: number;
  /** The envelope recipient, normalised and frozen at launch. */
  address: string;
  /** Attempts made so far. */
  attempts: number;
  contact: ContactFields;
};

/** What a template may say of a contact, under the name `contact`. */
export type ContactFields = {
  id: number;
  email: string;
  first_name: string;
  last_name: string;
  language: string;
  tracking_off: boolean;
  /** Custom fields by key, reachable as `contact.<key>` when no built-in has that name. */
  fields: Record<string, string | number | boolean | null>;
};

/** A campaign as it was launched. Stored as JSON in campaign_content; never changes afterwards. */
export type CampaignContent = {
  subject: string;
  preheader: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
  /** Compiled HTML with Liquid still in it; links not yet rewritten. */
  html: string;
  /** Plain text with Liquid still in it. */
  text: string;
  /** Absolute URLs (possibly with Liquid) in order; the index + 1 is link_no. */
  links: string[];
  trackOpens: boolean;
  trackClicks: boolean;
  /** Facts of the workspace, under the name `workspace` in templates. */
  workspace: { id: string; number: number; name: string; postalAddress: string };
  /** `https://host` of tracking and unsubscribe links, without a trailing slash. */
  publicUrl: string;
  /** The domain of Message-ID, List-ID and the DKIM signature. */
  domain: string;
  /** The campaign's name. */
  name: string;
  /** Host of mailto: unsubscribe and VERP return paths; empty when no bounce domain is set up. */
  bounceDomain: string;
  /** Something its recipient just asked for, such as a confirmation: no List-* fields, no footer of a bulk message. */
  transactional?: boolean;
};

/** Key material of one sending domain. `privateKeyPem` is in clear here: it never leaves memory. */
export type DkimKey = { domain: string; selector: string; privateKeyPem: string };

/** A finished message: what goes on the wire, headers and body, CRLF, dot-stuffed, without the final dot. */
export type Rendered = {
  envelopeFrom: string;
  envelopeTo: string;
  messageId: string;
  bytes: Uint8Array;
  /** True when the envelope or a header needs SMTPUTF8. */
  needsSmtpUtf8: boolean;
  /** True when `bytes` has octets above 127 and needs 8BITMIME. */
  needs8bit: boolean;
};

/** A client of an OAuth 2.0 token endpoint (RFC 6749 §6): gives the access tokens of XOAUTH2. */
export type OAuthClient = {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** Empty = the client credentials grant. */
  refreshToken: string;
  scope: string;
};

/** An address of this host to send from. */
export type RouteSource = {
  /** IPv4 or IPv6. */
  address: string;
  /** EHLO name; should be the address's PTR, and point back to it. */
  heloName: string;
  /** Its share among the sources, 1–1000. */
  weight: number;
  /** Set while the address is being warmed up. */
  warmUp?: WarmUp;
};

/** A warm-up plan: `firstDay` messages to a provider on the first day, 1.5 times as many each day, up to `target`. */
export type WarmUp = { startedAt: number; firstDay: number; target: number };

/** A way out, with its secrets decrypted. */
export type Route = {
  id: number;
  workspaceId: string;
  name: string;
  kind: "relay" | "direct" | "test_inbox";
  host: string;
  /** For a direct route the port of the MX hosts: 25. */
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: boolean;
  username: string;
  password: string;
  /** For a direct route: of all its sites together. */
  maxConnections: number;
  /** Messages per second; undefined = no cap. */
  maxPerSecond: number | undefined;
  maxPerConnection: number;
  signDkim: boolean;
  /** Set when it may not lead to this machine or a private network. */
  publicOnly?: boolean;
  /** Whose defaults and words fit, e.g. `ses`; empty or left out = none known. */
  preset?: string;
  /** Sign in by XOAUTH2 with `username` instead of a password. */
  oauth?: OAuthClient;
  /** EHLO name where no source says another; empty or left out = this host's name. */
  heloName?: string;
  /** Addresses to send from; none = the system chooses. */
  sources?: RouteSource[];
  /**
   * TLS to MX hosts. opportunistic: where offered, certificate not checked; required: no message in clear;
   * verified: required, and the certificate must be the MX host's. MTA-STS policies can only raise it.
   */
  tlsPolicy?: "opportunistic" | "required" | "verified";
  /** Messages in any 24 hours; undefined = no quota. */
  maxPerDay?: number | undefined;
  /** Recipient domains it may be used for, `*.example.com` with all below; none = all. */
  allowDomains?: string[];
  /** Recipient domains it must not be used for. */
  denyDomains?: string[];
  /** The next MAIL may follow the dot in one write (RFC 2920 §3.1): for relays known to bear it. */
  chainDot?: boolean;
};

/** A way out among others that stand in for it. */
export type RouteMember = {
  route: Route;
  /** Lower first; the next position only where every route of the lower ones is out of order. */
  position: number;
  /** Its share among the routes of its position. */
  weight: number;
};

/** What a campaign was told to be sent by; the group counts when both are there. */
export type RouteChoice = { routeId: number | null; groupId: number | null };

/** Where in the SMTP dialogue something happened, in its order. */
export const smtpStages = [
  "dns",
  "connect",
  "greeting",
  "ehlo",
  "starttls",
  "auth",
  "mail",
  "rcpt",
  "data",
  "dot",
  "rset",
  "quit",
] as const;
export type SmtpStage = (typeof smtpStages)[number];

/** A server's answer, lines joined by a space. */
export type SmtpReply = { code: number; enhanced: string; text: string };

/**
 * Why there is no answer to classify.
 * - connection: refused, reset, closed, or the name does not resolve.
 * - timeout: the server said nothing for as long as the stage allows.
 * - tls: handshake or certificate.
 * - protocol: the server does not speak SMTP, or lost count of its replies.
 * - config: the route cannot work as it is set up (no STARTTLS, no AUTH offered, AUTH without TLS).
 * - too_large, unsupported: this message cannot pass this server (SIZE; 8BITMIME, SMTPUTF8).
 * - null_mx: the domain says that it takes no mail (RFC 7505).
 * - no_domain: the domain does not exist (NXDOMAIN).
 * - dns: no answer of the domain name system that can be used (SERVFAIL, time-out).
 * - private_target: the mail servers of the domain are on a network that may not be used.
 * - tls_policy: the recipient's policy (MTA-STS), the provider or the route asks for better TLS than is to be had.
 */
export type SmtpFault =
  | "connection"
  | "timeout"
  | "tls"
  | "protocol"
  | "config"
  | "too_large"
  | "unsupported"
  | "null_mx"
  | "no_domain"
  | "dns"
  | "private_target"
  | "tls_policy";

/**
 * How one attempt ended on the wire.
 * - accepted: 2xx after the dot.
 * - refused: the server answered 4xx or 5xx at `stage`; certainly not delivered.
 * - broken: no answer (connection, TLS, time-out) and the dot was not written; certainly not delivered.
 * - ambiguous: the dot was written and no answer was read; may have been delivered.
 * - abandoned: taken back before the dot because of a pause; no attempt.
 */
export type SmtpOutcome =
  | { kind: "accepted"; reply: SmtpReply; host: string; durationMs: number }
  | { kind: "refused"; stage: SmtpStage; reply: SmtpReply; host: string; durationMs: number }
  | {
      kind: "broken";
      stage: SmtpStage;
      fault: SmtpFault;
      error: string;
      host: string;
      durationMs: number;
      /** Unix ms. Nothing was tried, because it failed a moment ago: no attempt, and not before this. */
      retryAt?: number;
    }
  | { kind: "ambiguous"; error: string; host: string; durationMs: number }
  | { kind: "abandoned" };

/** What a server said, and whom it refuses: the sender's address, or whoever comes by this route. */
export type SiteRefusal = { words: string; refuses: "sender" | "route" };

/** What an attempt means for the message: the output of `result/`. */
export type Verdict = {
  /** The state the message moves to. */
  state: "sent" | "deferred" | "bounced" | "failed" | "held" | "skipped";
  /** Category of the classification table, e.g. `greylist`, `invalid_mailbox`. */
  category: string;
  /** Unix ms of the next try; only for `deferred`. */
  dueAt?: number;
  /** False for throttling: the try does not count against the schedule. */
  countsAsAttempt: boolean;
  /** Set when the address must not be mailed again. */
  suppress?: "hard_bounce";
  /** Category under which this failure counts against the address: enough of them, and it is given up. */
  strike?: string;
  /** True when the limiter should slow down. */
  pushback: boolean;
  /** Set when the fault is the route's, not the recipient's: stop using it and say so. */
  routeFault?: string;
  /** Set when one recipient's server does not let us in. The route may be well for all others. */
  siteRefusal?: SiteRefusal;
};

/**
 * What a rule asks of the limiter.
 * - suspend: nothing more that way for a while.
 * - set: no faster, no more connections, no more messages a connection than this for a while.
 * - rotate_source: another source address for a while.
 * - pause_campaign: a person has to look at it.
 */
export type LimitAction =
  | {
      do: "suspend";
      scope:
        | "route_site"
        | "route_provider"
        | "workspace_provider"
        | "campaign_provider"
        | "sender_provider";
      forMs: number;
      reason: string;
    }
  | {
      do: "set";
      scope: "route_site" | "route_provider";
      perSecond?: number;
      connections?: number;
      perConnection?: number;
      forMs: number;
      reason: string;
    }
  | { do: "rotate_source"; forMs: number; reason: string }
  | { do: "pause_campaign"; reason: string };

/** A verdict with what the limiter is to do about it. */
export type Judgement = Verdict & { actions: LimitAction[] };

/** Messages of running campaigns that are in hand, by route, source address and site. */
export type QueueSite = {
  workspaceId: string;
  routeId: number;
  routeName: string;
  siteKey: string;
  siteName: string;
  provider: string;
  /** Empty when the system chooses. */
  source: string;
  /** The limit that is suspended to leave this site alone. */
  limit: { level: string; id: string };
  waiting: number;
  inFlight: number;
  /** Waiting messages by age: under 5 minutes, an hour, 6 hours, a day, and older. */
  ages: number[];
  connections: number;
  /** Messages at once that are allowed now; null = no limit of its own. */
  window: number | null;
  perSecond: number | null;
  /** Unix ms. */
  suspendedUntil: number | null;
  /** Why it is suspended or slowed down; else empty. */
  reason: string;
  nextTryAt: number | null;
  campaignIds: number[];
};

/** A route that a running campaign may use. */
export type QueueRoute = {
  workspaceId: string;
  id: number;
  name: string;
  kind: Route["kind"];
  /** closed = in order, open = out of order, half_open = one message finds out. */
  circuit: "closed" | "open" | "half_open";
  reason: string;
  retryAt: number | null;
  connections: number;
  busy: number;
  maxConnections: number;
  perSecond: number | null;
};

/** A limit that is suspended, or slowed down for a while. */
export type QueueHold = {
  level: string;
  id: string;
  isSuspended: boolean;
  /** Unix ms. */
  untilMs: number;
  reason: string;
  perSecond: number | null;
  atOnce: number | null;
};

/** How much of a quota is used. */
export type QueueQuota = {
  level: string;
  id: string;
  period: "hour" | "day" | "month";
  used: number;
  max: number;
};

/** What the delivery thread has in hand now. */
export type QueueSnapshot = {
  at: number;
  /** Why nothing can be sent at all; else empty. */
  trouble: string;
  campaigns: {
    workspaceId: string;
    campaignId: number;
    inHand: number;
    /** Messages whose domain is being looked up. */
    lookingUp: number;
    bottleneck: string;
  }[];
  sites: QueueSite[];
  routes: QueueRoute[];
  holds: QueueHold[];
  quotas: QueueQuota[];
};

/** A limit of a workspace by name, as a snapshot gives it. */
export type QueueLimit = { workspaceId: string; level: string; id: string };
