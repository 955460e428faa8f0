import { Elysia } from "elysia";
import type { Config } from "./config.ts";
import { auditRoutes } from "./features/audit/audit.routes.ts";
import { createAuditLog } from "./features/audit/audit.service.ts";
import { campaignActionRoutes } from "./features/campaigns/campaign-actions.routes.ts";
import { campaignRoutes } from "./features/campaigns/campaigns.routes.ts";
import type { AppDeps, Outside } from "./features/deps.ts";
import { domainRoutes } from "./features/domains/domains.routes.ts";
import { senderRoutes } from "./features/domains/senders.routes.ts";
import { inboxRoutes } from "./features/inbox/inbox.routes.ts";
import { reportRoutes } from "./features/reports/reports.routes.ts";
import { routeRoutes } from "./features/routes/routes.routes.ts";
import { templateRoutes } from "./features/templates/templates.routes.ts";
import { trackingRoutes } from "./features/tracking/tracking.routes.ts";
import type { Clock } from "./platform/clock.ts";
import type { Databases } from "./platform/db/databases.ts";
import { type AccessPort, createGuard } from "./platform/http/guard.ts";
import { problems } from "./platform/http/problem.ts";
import { createJobQueue, type JobQueue } from "./platform/scheduler/job-queue.ts";
import type { KeyRing } from "./platform/secrets.ts";

export type AppOptions = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  access: AccessPort;
  /** The running scheduler's queue; without one, work is queued and a scheduler finds it later. */
  jobs?: JobQueue;
  outside: Outside;
};

/** The whole HTTP application, not yet listening. Importing or calling it starts nothing. */
export function createApp(options: AppOptions) {
  const deps: AppDeps = {
    config: options.config,
    databases: options.databases,
    keyRing: options.keyRing,
    clock: options.clock,
    guard: createGuard(options.access, options.databases),
    audit: createAuditLog(options.databases.system, options.clock),
    jobs: options.jobs ?? createJobQueue(options.databases.system, options.clock),
    outside: options.outside,
  };
  return new Elysia({ name: "swiftmail" })
    .use(problems)
    .use(api(deps))
    .use(trackingRoutes({ ...deps, port: deps.outside.tracking }));
}

export type App = ReturnType<typeof createApp>;

/** Everything below /api/v1: one line per slice. */
function api(deps: AppDeps) {
  return new Elysia({ name: "api", prefix: "/api/v1" })
    .use(deps.guard)
    .use(inboxRoutes(deps))
    .use(routeRoutes(deps))
    .use(domainRoutes(deps))
    .use(senderRoutes(deps))
    .use(templateRoutes(deps))
    .use(campaignRoutes(deps))
    .use(campaignActionRoutes(deps))
    .use(auditRoutes(deps))
    .use(reportRoutes(deps));
}
