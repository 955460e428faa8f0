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

/** What slices reach beyond the databases: threads, sockets, the DNS. main fills it; tests put in what they look at. */
export type Outside = {
  /** The SMTP listener with the test inbox. */
  inbound: Pick<Inbound, "port" | "clear">;
  /** Removes one message of a test inbox, or of what came from outside; false when it was not there. */
  removeMail: Inbound["remove"];
  /** Reads and keeps a DMARC aggregate report, off the HTTP thread. */
  addDmarcReport: Inbound["addDmarcReport"];
  /** Dials a route up to its sign-in and tells each step. */
  checkRoute: (route: Route) => Promise<RouteCheck>;
  dns: DnsLookup;
  /** What looks at a million contacts, on a thread of its own. */
  reads: { look: ReadLook; checkAudit: CheckAudit };
  /** Compiles and shows templates, on threads that can be ended. */
  renderer: Renderer;
  /** What campaigns ask of delivery. */
  engine: CampaignEngine;
  /** What is in hand now, and what is suspended. */
  queue: QueuePort;
  /** `https://host` under which recipients reach this instance, as PUBLIC_URL or the wizard says. */
  publicUrl: () => string;
  tracking: TrackingPort;
  /** Resolves when the fact is durable. @throws AppError `unavailable` when it cannot be kept. */
  recordFact: (fact: OutsideFact) => Promise<void>;
  /** Reads a small text from an https address: no redirects, a time and a size limit. */
  fetchText: (url: string) => Promise<string>;
  /** Reads a workspace's whole file, off the HTTP thread. */
  inspectFile: InspectFile;
};

/** What every slice's plugin is a function of; app.ts makes it once. */
export type AppDeps = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  /** Who makes a request, behind the proxies that are trusted. */
  clientAddress: ClientAddress;
  unnamedProxies: UnnamedProxies;
  guard: Guard;
  /** Whether a person or API key, by the id of its `Actor`, may do something now; for what goes on without them. */
  mayNow: (actorId: string, workspaceId: string, permission: Permission) => boolean;
  /** For services that record in the transaction of their change on system.db; other routes declare `audit`. */
  audit: AuditLog;
  /** Work for later: `jobs.enqueue("import.run", workspaceId, { importId })`. */
  jobs: JobQueue;
  /** Mail of the instance itself: invitations, password links. */
  mail: Mailer;
  sessions: Sessions;
  /** What a workspace's routes mean for the DNS of its domains. */
  routeOrigins: (db: Connection) => RouteOrigins;
  outside: Outside;
  /** What recipients did and could not be counted. */
  missed: MissedEngagement;
};
