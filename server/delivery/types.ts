// The types passed between the stages. A stage imports this file and its own folder, never another stage.
import type { CodedReason } from "../platform/errors.ts";
import type { Bottleneck } from "./bottleneck-codes.ts";

/** The states of a message row. The numbers are stored in the database. All but the first three are final. */
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

/** Identifies one message. */
export type MessageRef = { workspaceId: string; campaignId: number; seq: number };

/** A message's recipient and the data for its slots. */
export type Recipient = {
  seq: number;
  contactId: number;
  /** The envelope recipient, normalised and frozen at launch. */
  address: string;
  /** Attempts made so far. */
  attempts: number;
  contact: ContactFields;
};

/** The contact's data as templates see it under the name `contact`. */
export type ContactFields = {
  id: number;
  email: string;
  first_name: string;
  last_name: string;
  language: string;
  tracking_off: boolean;
  /** Custom fields by key, available as `contact.<key>` unless a built-in field has that name. */
  fields: Record<string, string | number | boolean | null>;
};

/** The content of a campaign, frozen at launch. Stored as JSON in campaign_content; immutable afterwards. */
export type CampaignContent = {
  subject: string;
  preheader: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
  /** Compiled HTML that still contains Liquid; links not yet rewritten. */
  html: string;
  /** Plain text that still contains Liquid. */
  text: string;
  /** Absolute URLs (possibly with Liquid) in order; the index + 1 is link_no. */
  links: string[];
  trackOpens: boolean;
  trackClicks: boolean;
  /** The workspace's data, available to templates as `workspace`. */
  workspace: { id: string; number: number; name: string; postalAddress: string };
  /** `https://host` for tracking and unsubscribe links, without a trailing slash. */
  publicUrl: string;
  /** The domain used in Message-ID, List-ID and the DKIM signature. */
  domain: string;
  name: string;
  /** Host of mailto: unsubscribe addresses and VERP return paths; empty when no bounce domain is set up. */
  bounceDomain: string;
  /** True for a message that its recipient just requested, such as a confirmation: no List-* fields and no footer. */
  transactional?: boolean;
};

/** The DKIM key of one sending domain. `privateKeyPem` is unencrypted and must never leave memory. */
export type DkimKey = { domain: string; selector: string; privateKeyPem: string };

/**
 * A finished message as sent after DATA: headers and body with CRLF, without the final dot. No line starts with a dot,
 * so it needs no dot-stuffing.
 */
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

/** A client of an OAuth 2.0 token endpoint (RFC 6749 §6), which issues access tokens for XOAUTH2. */
export type OAuthClient = {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** Empty = use the client credentials grant. */
  refreshToken: string;
  scope: string;
};

/** A local IP address to send from. */
export type RouteSource = {
  /** IPv4 or IPv6. */
  address: string;
  /** EHLO name; should equal the address's PTR name, and resolve back to the address. */
  heloName: string;
  /** Weight among the sources, 1–1000. */
  weight: number;
  /** Set while the address is warming up. */
  warmUp?: WarmUp;
};

/**
 * A warm-up plan: `firstDay` messages per provider on the first day, 1.5 times as many each following day, up to
 * `target`.
 */
export type WarmUp = { startedAt: number; firstDay: number; target: number };

/** A sending method, with decrypted secrets. */
export type Route = {
  id: number;
  workspaceId: string;
  name: string;
  kind: "relay" | "direct" | "test_inbox";
  host: string;
  /** For a direct route, the port of the MX hosts: 25. */
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: boolean;
  username: string;
  password: string;
  /** For a direct route, the total for all its sites. */
  maxConnections: number;
  /** Messages per second; undefined = unlimited. */
  maxPerSecond: number | undefined;
  maxPerConnection: number;
  signDkim: boolean;
  /** True when connections to this machine and to private networks are forbidden. */
  publicOnly?: boolean;
  /** The provider whose defaults and reply texts apply, e.g. `ses`; empty or omitted = unknown. */
  preset?: string;
  /** Authenticate by XOAUTH2 with `username` instead of a password. */
  oauth?: OAuthClient;
  /** EHLO name where the source has none of its own; empty or omitted = this host's name. */
  heloName?: string;
  /** Local addresses to send from; none = the operating system chooses. */
  sources?: RouteSource[];
  /**
   * TLS to MX hosts. opportunistic: used when offered, certificate not checked. required: never in clear text.
   * verified: required, and the certificate must match the MX host. MTA-STS can only raise the level.
   */
  tlsPolicy?: "opportunistic" | "required" | "verified";
  /** Messages in any 24 hours; undefined = no quota. */
  maxPerDay?: number | undefined;
  /** Recipient domains it may be used for; `*.example.com` includes subdomains; none = all. */
  allowDomains?: string[];
  /** Recipient domains it must not be used for. */
  denyDomains?: string[];
  /** The next MAIL may follow the dot in one write (RFC 2920 §3.1). Only for relays known to support it. */
  chainDot?: boolean;
};

/** A route as a member of a group whose members replace each other. */
export type RouteMember = {
  route: Route;
  /** Lower positions come first. A position is used only when every route of the lower positions is broken. */
  position: number;
  /** Weight among the routes of the same position. */
  weight: number;
};

/** A campaign's sending method; the group takes precedence when both are set. */
export type RouteChoice = { routeId: number | null; groupId: number | null };

/** The stages before a session exists. A failure there is about the server, not about a message. */
const openingStages = ["dns", "connect", "greeting", "ehlo", "starttls", "auth"] as const;

/** The stages of the SMTP dialogue, in order. */
export const smtpStages = [
  ...openingStages,
  "mail",
  "rcpt",
  "data",
  "dot",
  "rset",
  "quit",
] as const;
export type SmtpStage = (typeof smtpStages)[number];

/** True for a stage before a session exists. */
export function isOpeningStage(stage: string): stage is (typeof openingStages)[number] {
  return openingStages.some((one) => one === stage);
}

/** A server's reply, its lines joined by spaces. */
export type SmtpReply = { code: number; enhanced: string; text: string };

/**
 * Why there is no reply to classify.
 * - connection: refused, reset or closed, or the host name does not resolve.
 * - timeout: the server sent nothing within the stage's time limit.
 * - tls: handshake or certificate.
 * - protocol: the server does not speak SMTP, or sent an unexpected number of replies.
 * - config: the route is misconfigured (no STARTTLS, no AUTH offered, AUTH without TLS).
 * - too_large, unsupported: this server cannot take this message (SIZE; 8BITMIME, SMTPUTF8).
 * - null_mx: the domain declares that it accepts no mail (RFC 7505).
 * - no_domain: the domain does not exist (NXDOMAIN).
 * - dns: no usable DNS answer (SERVFAIL, time-out).
 * - private_target: the domain's mail servers are on a network that may not be used.
 * - tls_policy: the recipient's MTA-STS policy, the provider or the route requires better TLS than is available.
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
 * The SMTP outcome of one attempt.
 * - accepted: 2xx after the dot.
 * - refused: the server replied 4xx or 5xx at `stage`; certainly not delivered.
 * - broken: no reply (connection, TLS, time-out), and the dot was not sent; certainly not delivered.
 * - ambiguous: the dot was sent but no reply was read; may have been delivered.
 * - abandoned: cancelled before the dot, because of a pause; not an attempt.
 */
export type SmtpOutcome =
  | { kind: "accepted"; reply: SmtpReply; host: string; durationMs: number }
  | { kind: "refused"; stage: SmtpStage; reply: SmtpReply; host: string; durationMs: number }
  | {
      kind: "broken";
      stage: SmtpStage;
      fault: SmtpFault;
      error: string;
      /** What `error` says, where it has a code. */
      why?: CodedReason;
      host: string;
      durationMs: number;
      /**
       * Unix ms. Set when the servers failed moments ago and were not contacted: not an attempt; retry no earlier than
       * this.
       */
      retryAt?: number;
    }
  | { kind: "ambiguous"; error: string; why?: CodedReason; host: string; durationMs: number }
  | { kind: "abandoned" };

/** A server's refusal, and what it refuses: the sender's address, or all mail over this route. */
export type SiteRefusal = { words: string; refuses: "sender" | "route" };

/** The meaning of an attempt for its message; the output of `result/`. */
export type Verdict = {
  /** The state the message moves to. */
  state: "sent" | "deferred" | "bounced" | "failed" | "held" | "skipped";
  /** The category of the reply, e.g. `greylist`, `invalid_mailbox`. */
  category: string;
  /** Unix ms of the next attempt; only for `deferred`. */
  dueAt?: number;
  /** False for throttling and route faults: the attempt does not count towards the retry schedule. */
  countsAsAttempt: boolean;
  /** Set when the address must not be mailed again. */
  suppress?: "hard_bounce";
  /** The category under which this failure counts against the address, which is suppressed after enough of them. */
  strike?: string;
  /** True when the limiter should slow down. */
  pushback: boolean;
  /** Set when the route itself is at fault: stop using it and report this text. */
  routeFault?: string;
  /** Set when one recipient's server refuses us; the route may work for all others. */
  siteRefusal?: SiteRefusal;
};

/**
 * An action that a rule asks of the limiter.
 * - suspend: send nothing within `scope` for a while.
 * - set: limit the rate, the connections or the messages per connection for a while.
 * - rotate_source: use another source address for a while.
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

/** A verdict with the actions for the limiter. */
export type Judgement = Verdict & { actions: LimitAction[] };

/** Loaded messages of running campaigns, grouped by route, source address and site. */
export type QueueSite = {
  workspaceId: string;
  routeId: number;
  routeName: string;
  siteKey: string;
  siteName: string;
  provider: string;
  /** Empty when the operating system chooses. */
  source: string;
  /** The limit to suspend in order to stop sending to this site. */
  limit: { level: "route" | "route_provider" | "route_site"; id: string };
  waiting: number;
  inFlight: number;
  /** Number of waiting messages by age: under 5 minutes, 1 hour, 6 hours, 1 day, and older. */
  ages: number[];
  connections: number;
  /** Number of concurrent messages allowed now; null = no limit of its own. */
  window: number | null;
  perSecond: number | null;
  /** Unix ms. */
  suspendedUntil: number | null;
  /** Why it is suspended or slowed down; empty when it is neither. */
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
  /** Circuit breaker: closed = working, open = broken, half_open = testing with one message. */
  circuit: "closed" | "open" | "half_open";
  reason: string;
  retryAt: number | null;
  connections: number;
  busy: number;
  maxConnections: number;
  perSecond: number | null;
};

/** A limit that is suspended or temporarily lowered. */
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

/** Usage of a quota. */
export type QueueQuota = {
  level: string;
  id: string;
  period: "hour" | "day" | "month";
  used: number;
  max: number;
};

/** A snapshot of what the delivery thread has loaded. */
export type QueueSnapshot = {
  at: number;
  /** Why nothing can be sent at all; empty when sending is possible. */
  trouble: string;
  campaigns: {
    workspaceId: string;
    campaignId: number;
    inHand: number;
    /** Messages whose domain is being resolved. */
    lookingUp: number;
    bottleneck: Bottleneck | null;
  }[];
  sites: QueueSite[];
  routes: QueueRoute[];
  holds: QueueHold[];
  quotas: QueueQuota[];
};

/** Identifies a limit of a workspace, as in a snapshot. */
export type QueueLimit = { workspaceId: string; level: string; id: string };
