import type { Config } from "../config.ts";
import type { OutsideFact, Renderer, Route } from "../delivery/index.ts";
import type { Inbound } from "../inbound/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import type { ClientAddress } from "../platform/http/client-address.ts";
import type { Guard } from "../platform/http/guard.ts";
import type { Permission } from "../platform/http/permissions.ts";
import type { Mailer } from "../platform/mail.ts";
import type { JobQueue } from "../platform/scheduler/job-queue.ts";
import type { KeyRing } from "../platform/secrets.ts";
import type {
  AuditLog,
  CampaignEngine,
  CheckAudit,
  DnsLookup,
  InspectFile,
  MissedEngagement,
  QueuePort,
  ReadLook,
  RouteCheck,
  RouteOrigins,
  Sessions,
  TrackingPort,
  UnnamedProxies,
} from "./ports.ts";

/** What slices use besides the databases: threads, sockets, the DNS. main provides the real ones, tests their own. */
export type Outside = {
  /** The SMTP listener with the test inbox. */
  inbound: Pick<Inbound, "port" | "clear">;
  /** Deletes a message of a test inbox or an incoming one. False when it does not exist. */
  removeMail: Inbound["remove"];
  /** Reads and stores a DMARC aggregate report, off the HTTP thread. */
  addDmarcReport: Inbound["addDmarcReport"];
  /** Connects to a route's server up to the sign-in and reports each step. */
  checkRoute: (route: Route) => Promise<RouteCheck>;
  dns: DnsLookup;
  /** Queries over all contacts, on a thread of their own. */
  reads: { look: ReadLook; checkAudit: CheckAudit };
  /** Compiles and renders templates, on threads that can be terminated. */
  renderer: Renderer;
  /** Commands that campaigns send to delivery. */
  engine: CampaignEngine;
  /** What delivery is handling now, and what is suspended. */
  queue: QueuePort;
  /** `https://host` under which recipients reach this instance, from PUBLIC_URL or the setup wizard. */
  publicUrl: () => string;
  tracking: TrackingPort;
  /** Resolves when the fact is stored durably. @throws AppError `unavailable` when it cannot be. */
  recordFact: (fact: OutsideFact) => Promise<void>;
  /** Fetches a small text from an https URL: no redirects, limited in time and size. */
  fetchText: (url: string) => Promise<string>;
  /** Reads a workspace's whole file, off the HTTP thread. */
  inspectFile: InspectFile;
};

/** The dependencies of every slice's plugin. app.ts creates them once. */
export type AppDeps = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  /** The client address of a request, taking trusted proxies into account. */
  clientAddress: ClientAddress;
  unnamedProxies: UnnamedProxies;
  guard: Guard;
  /**
   * Whether the person or API key with this `Actor` id may do something now. For work that runs without a request by
   * them.
   */
  hasPermissionNow: (actorId: string, workspaceId: string, permission: Permission) => boolean;
  /**
   * For services that write the audit entry in the transaction of their change on system.db. Other routes declare
   * `audit`.
   */
  audit: AuditLog;
  /** Queues background work: `jobs.enqueue("campaign.purge", workspaceId, { campaignId })`. */
  jobs: JobQueue;
  /** Mail from the instance itself: invitations, password links. */
  mail: Mailer;
  sessions: Sessions;
  /** What the DNS records of a domain must allow for a workspace's sending methods. */
  routeOrigins: (db: Connection) => RouteOrigins;
  outside: Outside;
  /** Recipient events that could not be stored. */
  missed: MissedEngagement;
};
