// Types of what app.ts passes to slices: parts of other slices, of threads and of the outside world. They are
// declared below all slices, so that no slice has to import the one that implements them.
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
import type { CodedReason } from "../platform/errors.ts";

export type { AuditLog } from "../platform/audit/audit-log.ts";

/** The result of checking the audit chain: the first broken entry and what is wrong with it. */
export type AuditVerdict = {
  ok: boolean;
  entries: number;
  brokenAt: number | null;
  reason: string | null;
};

/** Checks the whole audit log, off the HTTP thread. */
export type CheckAudit = () => Promise<AuditVerdict>;

export type OpenedSession = { setCookie: string };
export type CurrentSession = { idHash: string; userId: string; isAdmin: boolean };

/** Sessions of people. system.db stores only the SHA-256 of the cookie's value. */
export type Sessions = {
  /** Starts a session. `isSecure` means that people reach us by https, so the cookie must not be sent over http. */
  open(
    userId: string,
    from: { ip: string; userAgent: string; isSecure: boolean },
  ): Promise<OpenedSession>;
  /** The active session that a Cookie header names, unless the person is disabled. */
  read(cookieHeader: string | null): Promise<CurrentSession | undefined>;
  /** A Set-Cookie value that deletes the session cookie. */
  blankCookie(isSecure: boolean): string;
};

/** Counts over whole audiences and campaigns, on a thread of their own. */
export type CampaignCounting = {
  /** Counts an audience and what excludes contacts at each step, with the same code that freezes it. */
  waterfall(workspaceId: string, audience: AudienceDefinition): Promise<Waterfall>;
  /**
   * What a retry would send again and which messages it would leave out.
   *
   * @throws the errors of `retry`.
   */
  retryPreview(workspaceId: string, campaignId: number, filter: RetryFilter): Promise<RetryCount>;
};

/** Commands that campaigns and routes send to the running delivery. */
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

/** Commands that the live queue sends to the running delivery. */
export type QueuePort = Pick<Delivery, "queue" | "resumeLimit" | "suspendLimit">;

/** A resolver's answer to one query. */
export type DnsAnswer =
  | { kind: "records"; values: string[] }
  | { kind: "none" }
  /** `reason` is a stored reason or the code of the resolver. */
  | { kind: "failed"; reason: string };

/** DNS queries of domain checks. Tests provide their own answers. */
export type DnsLookup = {
  /** The strings of each TXT record are joined, RFC 7208 §3.3. */
  txt(name: string): Promise<DnsAnswer>;
  cname(name: string): Promise<DnsAnswer>;
  /** Host names, most preferred first. */
  mx(name: string): Promise<DnsAnswer>;
  /** IPv4 and IPv6 addresses. */
  addresses(name: string): Promise<DnsAnswer>;
  /** The names in an IP address's PTR records. */
  reverse(address: string): Promise<DnsAnswer>;
  /** Whether this instance answers at an origin with a certificate that browsers accept. */
  answersHere(origin: string): Promise<boolean>;
};

/** What a workspace's DNS must contain for its enabled routes. */
export type RouteOrigins = {
  /** Names that SPF must include for the relays. */
  includes: string[];
  /** Addresses that direct routes send from. */
  sources: { address: string; heloName: string }[];
};

/** How far connecting to a route succeeded, step by step, with the server's replies. */
export type RouteCheck = { ok: boolean; steps: RouteStep[] };

type RouteStep = { stage: string; ok: boolean; message: string; cause: CodedReason | null };

/** What a query runs on: a read-only connection and the current time. */
export type LookAt = { db: Connection; now: number };

/**
 * A query over a whole workspace. It runs on the reads thread, which finds it by name (jobs/looks.ts). Question and
 * answer cross a thread boundary, so they must be plain values.
 */
export type Look<Asked, Answer> = { name: string; read: (at: LookAt, asked: Asked) => Answer };

/**
 * Runs a query over a workspace, alternating with other workspaces.
 *
 * @throws the errors of the query.
 */
export type ReadLook = <Asked, Answer>(
  workspaceId: string,
  look: Look<Asked, Answer>,
  asked: Asked,
) => Promise<Answer>;

/** Addresses that sent X-Forwarded-For since the start without being trusted proxies. */
export type UnnamedProxies = {
  /** Records an address and logs it the first time. At most 20 addresses are kept. */
  note(address: string): void;
  seen(): string[];
};

/** What tracking needs from delivery. */
export type TrackingPort = {
  /**
   * Resolves when the event is stored durably and, for an unsubscribe, when delivery has stopped mailing the person.
   * @throws AppError `unavailable` when it cannot be stored.
   */
  recordFact(fact: EngagementFact | UnsubscribeFact): Promise<void>;
  /**
   * Tells delivery that the person may be mailed again, after the database says so, so that it no longer skips the
   * address.
   */
  resubscribed(workspaceId: string, address: string): void;
};

/** Opens, clicks and views since the start that could not be stored. People were served but are not counted. */
export type MissedEngagement = {
  add(kind: EngagementFact["k"]): void;
  byKind(): ReadonlyMap<EngagementFact["k"], number>;
  total(): number;
};

/** Reads a whole file off the HTTP thread and reports what is wrong with it. */
export type InspectFile = (path: string) => Promise<FileFault | undefined>;
