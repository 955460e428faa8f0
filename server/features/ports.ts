// Types of what app.ts hands to slices: parts of other slices, of the threads and of the outside world. They are
// declared below every slice, so that no slice has to import the one that implements them.
import type {
  AudienceDefinition,
  Delivery,
  EngagementFact,
  RetryCount,
  RetryFilter,
  UnsubscribeFact,
  Waterfall,
} from "../delivery/index.ts";
import type { Connection } from "../platform/db/driver.ts";
import type { FileFault } from "../platform/db/file-fault.ts";

export type { AuditLog } from "../platform/audit/audit-log.ts";

/** What is wrong with the chain: the first entry that does not fit, and how. */
export type AuditVerdict = {
  ok: boolean;
  entries: number;
  brokenAt: number | null;
  reason: string | null;
};

/** Has the whole log checked, away from the HTTP thread. */
export type CheckAudit = () => Promise<AuditVerdict>;

export type OpenedSession = { setCookie: string };
export type CurrentSession = { idHash: string; userId: string; isAdmin: boolean };

/** Sessions of people, as rows of system.db that hold only the SHA-256 of what is in the cookie. */
export type Sessions = {
  /** Begins a session. `isSecure` says that people reach us by https, so the cookie must not leave it. */
  open(
    userId: string,
    from: { ip: string; userAgent: string; isSecure: boolean },
  ): Promise<OpenedSession>;
  /** The session that a Cookie header names, if it is alive and its person is not disabled. */
  read(cookieHeader: string | null): Promise<CurrentSession | undefined>;
  /** A Set-Cookie value that makes a browser forget its session. */
  blankCookie(isSecure: boolean): string;
};

/** Counts of whole audiences and campaigns, made on a thread of their own. */
export type CampaignCounting = {
  /** Whom an audience reaches, and who falls out where; by the code that freezes it. */
  waterfall(workspaceId: string, audience: AudienceDefinition): Promise<Waterfall>;
  /** What a retry would send again, and whom it leaves out. @throws as `retry`. */
  retryPreview(workspaceId: string, campaignId: number, filter: RetryFilter): Promise<RetryCount>;
};

/** What campaigns and routes ask of the running delivery. */
export type CampaignEngine = CampaignCounting &
  Pick<
    Delivery,
    | "prepareCampaign"
    | "expect"
    | "notice"
    | "sendOne"
    | "running"
    | "routeChanged"
    | "rulesChanged"
    | "retry"
    | "decideHeld"
  >;

/** What the live queue asks of the running delivery. */
export type QueuePort = Pick<Delivery, "queue" | "resumeLimit" | "suspendLimit">;

/** What a resolver says to one question. */
export type DnsAnswer =
  | { kind: "records"; values: string[] }
  | { kind: "none" }
  | { kind: "failed"; reason: string };

/** The questions that domain checks ask; tests put their own answers in. */
export type DnsLookup = {
  /** Strings of each TXT record joined, RFC 7208 §3.3. */
  txt(name: string): Promise<DnsAnswer>;
  cname(name: string): Promise<DnsAnswer>;
  /** Host names, most preferred first. */
  mx(name: string): Promise<DnsAnswer>;
  /** IPv4 and IPv6 addresses. */
  addresses(name: string): Promise<DnsAnswer>;
  /** Names that the PTR records of an IP address give. */
  reverse(address: string): Promise<DnsAnswer>;
  /** Whether this instance answers under an origin, with a certificate that browsers take. */
  answersHere(origin: string): Promise<boolean>;
};

/** What the enabled routes of a workspace mean for its DNS. */
export type RouteOrigins = {
  /** Names that SPF must include, for the relays. */
  includes: string[];
  /** Addresses that direct routes send from. */
  sources: { address: string; heloName: string }[];
};

/** How far a route could be reached, step by step, with the server's words. */
export type RouteCheck = { ok: boolean; steps: { stage: string; ok: boolean; message: string }[] };

/** Where a look reads: a connection on which nothing can be written, and the time. */
export type LookAt = { db: Connection; now: number };

/**
 * A page that looks at a whole workspace. It is read on the reads thread, which knows it by its name
 * (jobs/looks.ts); question and answer cross a thread boundary, so they are plain values.
 */
export type Look<Asked, Answer> = { name: string; read: (at: LookAt, asked: Asked) => Answer };

/** Reads a page of a workspace, in turns with other workspaces. @throws AppError what the look throws. */
export type ReadLook = <Asked, Answer>(
  workspaceId: string,
  look: Look<Asked, Answer>,
  asked: Asked,
) => Promise<Answer>;

/** Addresses that sent X-Forwarded-For without being named as proxies, since the start. */
export type UnnamedProxies = {
  /** Notes an address; the first time it is logged too. Beyond 20 addresses no more are kept. */
  note(address: string): void;
  seen(): string[];
};

/** What tracking needs of delivery. */
export type TrackingPort = {
  /**
   * Resolves when the fact is durable and, for an unsubscribe, when delivery mails the person no more.
   * @throws AppError `unavailable` when it cannot be kept.
   */
  recordFact(fact: EngagementFact | UnsubscribeFact): Promise<void>;
  /** The person wants mail again, and the database says so: delivery no longer skips the address. */
  resubscribed(workspaceId: string, address: string): void;
};

/** Opens, clicks and views since the start that could not be kept: people were served, and are not counted. */
export type MissedEngagement = {
  add(kind: EngagementFact["k"]): void;
  byKind(): ReadonlyMap<EngagementFact["k"], number>;
  total(): number;
};

/** Reads a whole file, away from the HTTP thread, and says what is wrong with it. */
export type InspectFile = (path: string) => Promise<FileFault | undefined>;
