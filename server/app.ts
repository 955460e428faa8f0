import { join } from "node:path";
import { type AnyElysia, Elysia } from "elysia";
import type { Config } from "./config.ts";
import { apiKeyRoutes } from "./features/api-keys/api-keys.routes.ts";
import { auditRoutes } from "./features/audit/audit.routes.ts";
import { createAccess, hasPermissionNow } from "./features/auth/access.service.ts";
import { authRoutes } from "./features/auth/auth.routes.ts";
import { campaignActionRoutes } from "./features/campaigns/campaign-actions.routes.ts";
import { campaignRoutes } from "./features/campaigns/campaigns.routes.ts";
import { requeueRoutes } from "./features/campaigns/requeue.routes.ts";
import { consentRoutes } from "./features/consent/consent.routes.ts";
import { contactBatchRoutes } from "./features/contacts/contact-batch.routes.ts";
import { contactFieldRoutes } from "./features/contacts/contact-fields.routes.ts";
import { contactPersonRoutes } from "./features/contacts/contact-person.routes.ts";
import { contactRoutes } from "./features/contacts/contacts.routes.ts";
import { tagContactRoutes } from "./features/contacts/tag-contacts.routes.ts";
import { deliverySettingsRoutes } from "./features/delivery-settings/delivery-settings.routes.ts";
import type { AppDeps, Outside } from "./features/deps.ts";
import { dmarcRoutes } from "./features/dmarc/dmarc.routes.ts";
import { domainRoutes } from "./features/domains/domains.routes.ts";
import { senderRoutes } from "./features/domains/senders.routes.ts";
import { trackingHostGate } from "./features/domains/tracking-host.routes.ts";
import { eventRoutes } from "./features/events/events.routes.ts";
import { exportRoutes } from "./features/exports/exports.routes.ts";
import { formRoutes } from "./features/forms/forms.routes.ts";
import { listUseRoutes } from "./features/forms/list-use.routes.ts";
import { publicFormRoutes } from "./features/forms/public-forms.routes.ts";
import { importRoutes, isImportUpload } from "./features/imports/imports.routes.ts";
import { inboundSettingsRoutes } from "./features/inbox/inbound-settings.routes.ts";
import { inboxRoutes, instanceInboxRoutes } from "./features/inbox/inbox.routes.ts";
import { receivedRoutes } from "./features/inbox/received.routes.ts";
import { trustedProxiesOf } from "./features/instance/instance.service.ts";
import { createUnnamedProxies } from "./features/instance/unnamed-proxies.ts";
import { jobRoutes } from "./features/jobs/jobs.routes.ts";
import { limitRuleRoutes } from "./features/limit-rules/limit-rules.routes.ts";
import { listRoutes } from "./features/lists/lists.routes.ts";
import { organizationRoutes } from "./features/organizations/organizations.routes.ts";
import { preferenceRoutes } from "./features/preferences/preferences.routes.ts";
import { downloadRoutes } from "./features/privacy/downloads.routes.ts";
import { privacyRoutes } from "./features/privacy/privacy.routes.ts";
import { instanceQueueRoutes, queueRoutes } from "./features/queue/queue.routes.ts";
import { reportRoutes } from "./features/reports/reports.routes.ts";
import { routeGroupRoutes } from "./features/routes/route-groups.routes.ts";
import { routePresetRoutes } from "./features/routes/route-presets.routes.ts";
import { routeRoutes } from "./features/routes/routes.routes.ts";
import { routeOrigins } from "./features/routes/routes.service.ts";
import { fieldUseRoutes } from "./features/segments/field-use.routes.ts";
import type { SegmentDeps } from "./features/segments/segment-read.service.ts";
import { segmentRoutes } from "./features/segments/segments.routes.ts";
import { instanceRoutes } from "./features/setup/instance.routes.ts";
import { setupRoutes } from "./features/setup/setup.routes.ts";
import { systemMailRoute } from "./features/setup/system-mail.service.ts";
import { blockedDomainRoutes } from "./features/suppressions/blocked-domains.routes.ts";
import { instanceSuppressionRoutes } from "./features/suppressions/instance-suppressions.routes.ts";
import { suppressionRoutes } from "./features/suppressions/suppressions.routes.ts";
import { tagRoutes } from "./features/tags/tags.routes.ts";
import { taskRoutes } from "./features/tasks/tasks.routes.ts";
import { templateRoutes } from "./features/templates/templates.routes.ts";
import { createMissedEngagement } from "./features/tracking/missed.service.ts";
import { trackingRoutes } from "./features/tracking/tracking.routes.ts";
import { createSessions } from "./features/users/sessions.service.ts";
import { webhookRoutes } from "./features/webhooks/webhooks.routes.ts";
import { workspaceFileRoutes } from "./features/workspace-files/workspace-files.routes.ts";
import { setAsideSentence } from "./features/workspace-files/workspace-files.service.ts";
import { invitationRoutes } from "./features/workspaces/invitations.routes.ts";
import { memberRoutes } from "./features/workspaces/members.routes.ts";
import { publicLookRoutes } from "./features/workspaces/public-look.routes.ts";
import { workspaceRoutes } from "./features/workspaces/workspaces.routes.ts";
import { createAuditLog } from "./platform/audit/audit-log.ts";
import type { Clock } from "./platform/clock.ts";
import type { Cluster } from "./platform/cluster/cluster.ts";
import { standalone } from "./platform/cluster/standalone.ts";
import { damageTotals, isOnHold } from "./platform/db/damage.store.ts";
import type { Databases } from "./platform/db/databases.ts";
import type { AssetManifest } from "./platform/http/asset-manifest.ts";
import { assetRoutes } from "./platform/http/assets.ts";
import { failedActions } from "./platform/http/audited.ts";
import { bodyLimit } from "./platform/http/body-limit.ts";
import { clientAddresses } from "./platform/http/client-address.ts";
import { everyAnswer } from "./platform/http/every-answer.ts";
import { type AccessPort, createGuard } from "./platform/http/guard.ts";
import { healthRoutes } from "./platform/http/health.ts";
import { methods } from "./platform/http/methods.ts";
import { openApiRoute } from "./platform/http/openapi.ts";
import { problems } from "./platform/http/problem.ts";
import { requestLog } from "./platform/http/request-log.ts";
import { unknownNames } from "./platform/http/unknown-names.ts";
import { journalBytes } from "./platform/journal/size.ts";
import { createMailer } from "./platform/mail.ts";
import { createMetrics, type Metrics } from "./platform/metrics.ts";
import { createJobQueue, type JobQueue } from "./platform/scheduler/job-queue.ts";
import type { KeyRing } from "./platform/secrets.ts";
import { taskKinds } from "./task-kinds.ts";

/** Dependencies from `main`: those of every slice, and the segment queries. */
export type AppOutside = Outside & SegmentDeps["outside"];

type Deps = AppDeps & { outside: AppOutside };

export type AppOptions = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  /** Permission checks; read from system.db by default. */
  access?: AccessPort;
  /** What this node may write; everything by default. */
  cluster?: Cluster;
  /** The running scheduler's queue. Without one, work is stored and a scheduler finds it later. */
  jobs?: JobQueue;
  outside: AppOutside;
  /** Shared with other parts that record metrics, such as the scheduler; a new one by default. */
  metrics?: Metrics;
  /** The built web UI. Without it, its pages are not found. */
  assets?: AssetManifest;
  /** Why nothing can be sent or stored now, as a sentence; undefined when everything works. */
  trouble?: () => string | undefined;
};

/** Creates the whole HTTP application without listening. Importing or calling it starts nothing. */
export function createApp(options: AppOptions) {
  const deps = createDeps(options);
  const metrics = options.metrics ?? createMetrics();
  watchOver(metrics, options);
  watchDamage(metrics, deps);
  const app = new Elysia({ name: "swiftmail" })
    .use(requestLog(metrics))
    .use(methods((): AnyElysia => app))
    .use(unknownNames((): AnyElysia => app))
    .use(failedActions)
    .use(problems)
    .use(everyAnswer)
    .use(trackingHostGate(deps.databases.system, deps.outside.publicUrl))
    .use(bodyLimit(isImportUpload))
    .use(api(deps))
    .use(recipientPages(deps))
    .use(
      healthRoutes({
        guard: deps.guard,
        clientAddress: deps.clientAddress,
        system: deps.databases.system,
        dataDir: deps.config.dataDir,
        clock: deps.clock,
        canWrite: (options.cluster ?? standalone()).canWrite,
        trouble: options.trouble ?? (() => undefined),
        setAside: () => setAsideSentence(deps.databases),
        metrics,
      }),
    )
    .use(openApiRoute(deps.guard, (): AnyElysia => app))
    .use(assetRoutes(options.assets ?? {}));
  return app;
}

/** Gauges of the process: jobs, the journal, open files. */
function watchOver(metrics: Metrics, { databases, config, clock, jobs }: AppOptions): void {
  const queue = jobs ?? createJobQueue(databases.system, clock);
  metrics.gauge(
    "swiftmail_jobs",
    "Jobs that are waiting, running or dead letters",
    () => queue.unfinished().map(({ state, n }) => ({ labels: { state }, value: n })),
    ["state"],
  );
  metrics.gauge(
    "swiftmail_journal_bytes",
    "Facts on disk that are not all applied yet, by stream",
    () =>
      journalBytes(join(config.dataDir, "local", "journal")).map(({ stream, bytes }) => ({
        labels: { stream },
        value: bytes,
      })),
    ["stream"],
  );
  metrics.gauge(
    "swiftmail_open_workspaces",
    "Workspace files that are open on the HTTP thread",
    () => [{ value: databases.openCount() }],
  );
}

/** Counts of set aside workspaces, damage, and events that could not be stored. */
function watchDamage(metrics: Metrics, { databases, missed }: AppDeps): void {
  const { system } = databases;
  metrics.gauge(
    "swiftmail_workspaces_set_aside",
    "Workspaces whose file cannot be used, by reason",
    () => countBy(databases.setAsideRows().map(({ reason }) => reason)),
    ["reason"],
  );
  metrics.gauge(
    "swiftmail_on_hold",
    "1 while the instance is on hold because of an older copy of system.db",
    () => [{ value: isOnHold(system) ? 1 : 0 }],
  );
  const lost = (of: "bytes" | "records" | "n") => () =>
    damageTotals(system).map((row) => ({ labels: { kind: row.kind }, value: row[of] }));
  metrics.total("swiftmail_damage_total", "Damage found in the data folder", lost("n"), ["kind"]);
  metrics.total(
    "swiftmail_damage_bytes_total",
    "Bytes of damaged files that could not be read",
    lost("bytes"),
    ["kind"],
  );
  metrics.total(
    "swiftmail_damage_records_total",
    "Minimum number of records lost in unreadable bytes",
    lost("records"),
    ["kind"],
  );
  metrics.total(
    "swiftmail_missed_engagement_total",
    "Opens, clicks and views that were not counted, because the journal could not be written",
    () => [...missed.byKind()].map(([kind, value]) => ({ labels: { kind }, value })),
    ["kind"],
  );
}

function countBy(reasons: readonly string[]) {
  return [...new Set(reasons)].map((reason) => ({
    labels: { reason },
    value: reasons.filter((each) => each === reason).length,
  }));
}

function createDeps(options: AppOptions): Deps {
  const { config, databases, keyRing, clock } = options;
  const { system } = databases;
  const { canWrite } = options.cluster ?? standalone();
  const sessions = createSessions(system, canWrite);
  const unnamedProxies = createUnnamedProxies();
  const clientAddress = clientAddresses(
    () => trustedProxiesOf(config, system),
    unnamedProxies.note,
  );
  const access = options.access ?? createAccess({ config, system, sessions, clock, canWrite });
  return {
    config,
    databases,
    keyRing,
    clock,
    sessions,
    routeOrigins,
    clientAddress,
    unnamedProxies,
    guard: createGuard(access, databases, clientAddress, clock),
    hasPermissionNow: (...asked) => hasPermissionNow(access, ...asked),
    audit: createAuditLog(system, clock),
    jobs: options.jobs ?? createJobQueue(system, clock),
    mail: createMailer(() => systemMailRoute(system, keyRing, options.outside.inbound.port)),
    outside: options.outside,
    missed: createMissedEngagement(),
  };
}

export type {
  Bottleneck,
  BottleneckCode,
  BottleneckWords,
  LimitSubject,
  ProblemCode,
  RetryCause,
} from "./delivery/index.ts";
export type { AuditAction } from "./platform/audit/actions.ts";
export type { ErrorCode } from "./platform/errors.ts";
export type { ReasonCode } from "./reasons/because.ts";
export type App = ReturnType<typeof createApp>;

/** The data of a campaign's event stream, which has no schema that the typed client could read. */
export type { Progress as CampaignProgress } from "./features/campaigns/progress.service.ts";

/** Everything below /api/v1. Split into groups, because the compiler cannot handle one chain of all slices. */
function api(deps: Deps) {
  return new Elysia({ name: "api", prefix: "/api/v1" })
    .use(deps.guard)
    .use(instanceApi(deps))
    .use(audienceApi(deps))
    .use(sendingApi(deps));
}

/** The instance, its users and workspaces: one line per slice. */
function instanceApi(deps: AppDeps) {
  return new Elysia({ name: "api-instance" })
    .use(setupRoutes(deps))
    .use(instanceRoutes(deps))
    .use(instanceInboxRoutes(deps))
    .use(workspaceFileRoutes(deps))
    .use(limitRuleRoutes(deps))
    .use(instanceQueueRoutes(deps))
    .use(authRoutes(deps))
    .use(organizationRoutes(deps))
    .use(workspaceRoutes(deps))
    .use(memberRoutes(deps))
    .use(invitationRoutes(deps))
    .use(apiKeyRoutes(deps))
    .use(auditRoutes(deps))
    .use(jobRoutes(deps));
}

/** The contacts of a workspace: one line per slice. */
function audienceApi(deps: Deps) {
  return new Elysia({ name: "api-audience" })
    .use(contactBatchRoutes(deps))
    .use(contactRoutes(deps))
    .use(contactPersonRoutes(deps))
    .use(contactFieldRoutes(deps))
    .use(fieldUseRoutes(deps))
    .use(segmentRoutes(deps))
    .use(eventRoutes(deps))
    .use(tagRoutes(deps))
    .use(tagContactRoutes(deps))
    .use(taskRoutes(deps, taskKinds))
    .use(listRoutes(deps))
    .use(listUseRoutes(deps))
    .use(consentApi(deps))
    .use(suppressionRoutes(deps))
    .use(blockedDomainRoutes(deps))
    .use(instanceSuppressionRoutes(deps))
    .use(importRoutes(deps))
    .use(exportRoutes(deps))
    .use(downloadRoutes(deps))
    .use(privacyRoutes(deps));
}

/** Campaigns, sending and reports: one line per slice. */
function sendingApi(deps: AppDeps) {
  return new Elysia({ name: "api-sending" })
    .use(inboxRoutes(deps))
    .use(receivedRoutes(deps))
    .use(inboundSettingsRoutes(deps))
    .use(dmarcRoutes(deps))
    .use(routeRoutes(deps))
    .use(routeGroupRoutes(deps))
    .use(routePresetRoutes(deps))
    .use(queueRoutes(deps))
    .use(webhookRoutes(deps))
    .use(domainRoutes(deps))
    .use(senderRoutes(deps))
    .use(templateRoutes(deps))
    .use(campaignRoutes(deps))
    .use(campaignActionRoutes(deps))
    .use(requeueRoutes(deps))
    .use(deliverySettingsRoutes(deps))
    .use(reportRoutes(deps));
}

// Grouped, because the compiler gives up on types as deeply nested as one long chain makes them.

/** Consent and sign-up forms. */
function consentApi(deps: AppDeps) {
  return new Elysia({ name: "consent-api" })
    .use(deps.guard)
    .use(consentRoutes(deps))
    .use(formRoutes(deps))
    .use(publicLookRoutes(deps));
}

/** Public pages for people without an account. */
function recipientPages(deps: AppDeps) {
  return new Elysia({ name: "recipient-pages" })
    .use(deps.guard)
    .use(trackingRoutes({ ...deps, port: deps.outside.tracking, renderer: deps.outside.renderer }))
    .use(publicFormRoutes(deps))
    .use(preferenceRoutes(deps));
}
