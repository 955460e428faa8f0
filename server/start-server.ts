import { randomUUID } from "node:crypto";
import { type AppOutside, createApp } from "./app.ts";
import type { Config } from "./config.ts";
import {
  checkRoute,
  type Delivery,
  type Renderer,
  type Route,
  type RouteChoice,
  type RouteMember,
  startDelivery,
  startRenderer,
} from "./delivery/index.ts";
import { registerAuthJobs } from "./features/auth/auth.jobs.ts";
import { holdIfOlder } from "./features/auth/system-hold.service.ts";
import { campaignJobs } from "./features/campaigns/campaign-jobs.service.ts";
import { forgetAskedMail } from "./features/contact-mail/mail-cap.service.ts";
import { domainJobs } from "./features/domains/domain-jobs.service.ts";
import { loadDkimKey, systemDns } from "./features/domains/domains.service.ts";
import { formJobs } from "./features/forms/form-jobs.service.ts";
import { MAX_UPLOAD_BYTES } from "./features/imports/import-upload.service.ts";
import {
  allowsDirectSending,
  allowsPrivateRelays,
  allowsPrivateTargets,
  publicUrlOf,
} from "./features/instance/instance.service.ts";
import { preferenceJobs } from "./features/preferences/preference-jobs.service.ts";
import { loadRouteMembers, routeOrigins } from "./features/routes/routes.service.ts";
import { openMasterKey } from "./features/setup/master-key.service.ts";
import { newSetupToken } from "./features/setup/setup-lock.service.ts";
import { adoptSystemRoute, systemMailRoute } from "./features/setup/system-mail.service.ts";
import {
  localFaults,
  noteLocalFaults,
  unreadableHolder,
} from "./features/workspace-files/local-files.service.ts";
import { lookAtAll } from "./features/workspace-files/workspace-files.service.ts";
import { type Inbound, startInbound } from "./inbound/index.ts";
import { registerFileCleanUp } from "./jobs/file-clean-up.ts";
import { type Jobs, startJobs } from "./jobs/index.ts";
import { inspectInThread } from "./jobs/inspect.ts";
import { registerLostJobs } from "./jobs/lost-jobs.ts";
import { registerNightly } from "./jobs/nightly.ts";
import { type Reads, startReads } from "./jobs/reads.ts";
import { createAuditLog } from "./platform/audit/audit-log.ts";
import { endInterrupted } from "./platform/audit/trail.ts";
import { systemClock } from "./platform/clock.ts";
import { standalone } from "./platform/cluster/standalone.ts";
import { folderFault } from "./platform/data-folder.ts";
import { isOnHold } from "./platform/db/damage.store.ts";
import { type Databases, openDatabases } from "./platform/db/databases.ts";
import { lostLogs } from "./platform/db/open-marks.ts";
import { type OnStatement, SLOW_MS, SlowStatements } from "./platform/db/statement-watch.ts";
import { requireSound, systemFileFault } from "./platform/db/system-file.ts";
import { fullDisk, isDiskFull } from "./platform/disk-full.ts";
import { AppError, because } from "./platform/errors.ts";
import { freePort } from "./platform/free-port.ts";
import type { AssetManifest } from "./platform/http/asset-manifest.ts";
import { fetchText } from "./platform/http/fetch-text.ts";
import { lockDataFolder } from "./platform/instance-lock.ts";
import { log } from "./platform/log.ts";
import { createMailer } from "./platform/mail.ts";
import { createMetrics, type Metrics } from "./platform/metrics.ts";
import { isPublicAddress } from "./platform/private-address.ts";
import { makePrivate } from "./platform/private-files.ts";
import { registerJobCleanUp } from "./platform/scheduler/clean-up.ts";
import { Scheduler } from "./platform/scheduler/scheduler.ts";
import type { KeyRing } from "./platform/secrets.ts";
import { relayTargets } from "./platform/target-guard.ts";
import { watchDatabases } from "./watch-databases.ts";

/** How long open requests may take to finish. Progress streams never finish by themselves. */
const HTTP_DRAIN_MS = 3_000;
const JOBS_DRAIN_MS = 3_000;
/** Longer than a short transaction of another thread. Longer ones are waited for in retries. */
const HTTP_BUSY_MS = 50;
/** No request is waiting yet, and a slow start is better than a failed one, so other threads get more time. */
const START_BUSY_MS = 10_000;

export type RunningServer = {
  /** The URL on this machine. */
  url: string;
  /** The one-time token for the setup wizard; undefined when the setup is finished. */
  setupToken: string | undefined;
  /**
   * Shuts down in this order: stop accepting requests and jobs, let delivery take back messages before their final
   * dot and finish the others, apply all pending events, close files.
   */
  stop(): Promise<void>;
};

export type StartOptions = {
  assets?: AssetManifest;
  onFatal: (reason: string) => void;
  /** DNS servers to use instead of the system's, e.g. `127.0.0.1:5353`. */
  dnsServers?: readonly string[];
  /** Receives how long each statement blocked the HTTP thread; for benchmarks. */
  onStatement?: OnStatement;
};

type Parts = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  delivery: Delivery;
  inbound: Inbound;
  heavy: Jobs;
  reads: Reads;
  renderer: Renderer;
  dnsServers: readonly string[] | undefined;
};

/**
 * Starts everything: first the lock on the data folder, then databases, delivery (which first recovers what an
 * earlier process left), the SMTP listener and the scheduler. HTTP comes last, so that no request is answered whose
 * data could not be stored.
 *
 * @param onFatal Called when a thread has died. Stored data is safe, and the process should end.
 * @throws DataFolderInUseError when another process uses the data folder.
 * @throws Error when a port is taken, a file cannot be opened or the master key is wrong.
 */
export async function startServer(settings: Config, options: StartOptions): Promise<RunningServer> {
  let unlock = () => {};
  const fault = folderFault(settings.dataDir);
  if (fault !== undefined) {
    throw new Error(`${fault.said} ${fault.mend}`);
  }
  const holder = unreadableHolder(settings.dataDir);
  try {
    unlock = lockDataFolder(settings.dataDir);
    makePrivate(settings.dataDir);
    const port = settings.port === 0 ? await freePort() : settings.port;
    return await startAlone({ ...settings, port }, options, { unlock, holder });
  } catch (error) {
    unlock();
    throw isDiskFull(error) ? fullDisk(settings.dataDir, error) : error;
  }
}

/** Starts everything in a locked data folder. */
async function startAlone(
  config: Config,
  options: StartOptions,
  { unlock, holder }: { unlock: () => void; holder: string | undefined },
): Promise<RunningServer> {
  const slow = watchHttpThread();
  const onStatement: OnStatement = (sql, ms) => {
    slow.hear(sql, ms);
    options.onStatement?.(sql, ms);
  };
  const { databases, keyRing } = openData(config, onStatement, holder);
  let delivery: Delivery | undefined;
  const inbound = await startInbound({
    dataDir: config.dataDir,
    masterKeyFile: config.masterKeyFile,
    port: config.smtpInPort,
    host: config.smtpInHost,
    publicHost: URL.parse(publicUrlOf(config, databases.system))?.hostname ?? "",
    // The listener starts before the journal is open. Events until then are refused, and the sender tries again.
    recordFact: async (fact) => {
      if (delivery === undefined) {
        throw new AppError("unavailable", because("server_starting"));
      }
      await delivery.recordFact(fact);
    },
    onFatal: options.onFatal,
  });
  delivery = await startDelivery({
    dataDir: config.dataDir,
    masterKeyFile: config.masterKeyFile,
    ports: deliveryPorts(databases, keyRing, inbound),
    dnsServers: options.dnsServers,
    onFatal: options.onFatal,
  });
  const threads = await startThreads(config, delivery);
  const { dnsServers } = options;
  const parts = { config, databases, keyRing, delivery, inbound, ...threads, dnsServers };
  const outside = outsideOf(parts);
  const metrics = countedMetrics(delivery, slow);
  const scheduler = startScheduler(parts, outside, metrics);
  const app = startHttp(parts, { outside, metrics, jobs: scheduler.queue }, options);
  log.info({ port: config.port, smtpInPort: inbound.port }, "listening");
  const { onFatal } = options;
  const stopWatching = watchDatabases(config.dataDir, databases, {
    onFatal,
    stop: () => running.stop(),
  });
  const setupToken = newSetupToken(databases.system, systemClock());
  databases.system.pragma(`busy_timeout = ${HTTP_BUSY_MS}`);

  const running: RunningServer = {
    url: `http://localhost:${config.port}`,
    setupToken,
    async stop() {
      log.info("stopping");
      stopWatching();
      await Promise.race([app.server?.stop(), Bun.sleep(HTTP_DRAIN_MS)]);
      await app.server?.stop(true);
      // Heavy jobs continue at the next start, and other jobs are short.
      await scheduler.stop(JOBS_DRAIN_MS);
      await threads.heavy.stop();
      await threads.reads.stop();
      threads.renderer.stop();
      // The test inbox finishes messages past their final dot. Events that arrive now are refused, and the sender
      // tries again.
      await parts.delivery.stop();
      await inbound.stop();
      databases.close();
      unlock();
      log.info("stopped");
    },
  };
  return running;
}

function startHttp(
  { config, databases, keyRing, delivery }: Parts,
  rest: { outside: AppOutside; metrics: Metrics; jobs: Scheduler["queue"] },
  { assets }: StartOptions,
) {
  return createApp({
    config,
    databases,
    keyRing,
    clock: systemClock,
    ...rest,
    trouble: () => delivery.trouble(),
    ...(assets === undefined ? {} : { assets }),
  }).listen({ port: config.port, idleTimeout: 120, maxRequestBodySize: MAX_UPLOAD_BYTES });
}

function watchHttpThread(): SlowStatements {
  return new SlowStatements((sql, ms) =>
    log.warn({ sql, ms: Math.round(ms) }, "a statement blocked the HTTP thread"),
  );
}

async function startThreads(config: Config, delivery: Delivery) {
  return {
    heavy: await startJobs(config.dataDir, { "task.person": () => delivery.forgetJournal() }),
    reads: await startReads(config.dataDir),
    renderer: startRenderer(config),
  };
}

/**
 * Opens the databases, sets aside workspaces whose file cannot be used, and reports other damage.
 *
 * @param holder The lock file that named the process using the folder, when it could not be read.
 */
function openData(
  config: Config,
  onStatement: OnStatement,
  holder: string | undefined,
): Pick<Parts, "databases" | "keyRing"> {
  const fault = systemFileFault(config.dataDir);
  if (fault !== undefined) {
    throw fault;
  }
  const lost = lostLogs(config.dataDir);
  const databases = openDatabases(config.dataDir, { busyTimeoutMs: HTTP_BUSY_MS, onStatement });
  databases.system.pragma(`busy_timeout = ${START_BUSY_MS}`);
  try {
    requireSound(config.dataDir, databases.system);
  } catch (error) {
    databases.close();
    throw error;
  }
  const audit = createAuditLog(databases.system, systemClock);
  holdIfOlder(databases, config.dataDir, { audit, clock: systemClock, tell: log.error.bind(log) });
  const interrupted = endInterrupted(databases.system, systemClock);
  if (interrupted > 0) {
    log.warn({ interrupted }, "the server had stopped during actions; the audit log lists them");
  }
  const keyRing = openMasterKey(databases.system, config, systemClock());
  lookAtAll(databases, config.dataDir, lost);
  noteLocalFaults(databases, { ...localFaults(config.dataDir), holder }, systemClock());
  adoptSystemRoute(databases, keyRing, systemClock());
  return { databases, keyRing };
}

function countedMetrics(delivery: Delivery, slow: SlowStatements): Metrics {
  const metrics = createMetrics();
  metrics.total(
    "swiftmail_slow_statements_total",
    `Statements that blocked the HTTP thread for more than ${SLOW_MS} ms since the start`,
    () => [{ value: slow.count }],
  );
  metrics.total(
    "swiftmail_messages_total",
    "Results of sending since the start, by the new state of the message",
    () => [...delivery.outcomes()].map(([state, value]) => ({ labels: { state }, value })),
    ["state"],
  );
  return metrics;
}

function deliveryPorts(databases: Databases, keyRing: KeyRing, inbound: Inbound) {
  return {
    loadRoutes(workspaceId: string, choice: RouteChoice): RouteMember[] {
      const context = { keyRing, workspaceId, inboxPort: inbound.port };
      return loadRouteMembers(databases.workspace(workspaceId), context, choice)
        .filter(({ route }) => mayBeUsed(databases, route))
        .map((member) => ({ ...member, route: within(databases, member.route) }));
    },
    loadDkimKey: (workspaceId: string, domain: string) =>
      loadDkimKey(databases.workspace(workspaceId), keyRing, domain),
  };
}

/** Direct routes are only used while the administrator allows them. */
function mayBeUsed({ system }: Databases, route: Route): boolean {
  return route.kind !== "direct" || allowsDirectSending(system);
}

/** Adds the instance's connection limits to the route. The test inbox is our own. */
function within({ system }: Databases, route: Route): Route {
  const isFree = {
    test_inbox: () => true,
    relay: () => allowsPrivateRelays(system),
    direct: () => allowsPrivateTargets(system),
  }[route.kind]();
  return isFree ? route : { ...route, publicOnly: true };
}

/** Which addresses a domain check may connect to. A tracking name may lead to this machine's own public address. */
function mayLookAt({ system }: Databases): (address: string) => boolean {
  const isAllowed = relayTargets(false);
  return (address) =>
    isAllowed(address) && (isPublicAddress(address) || allowsPrivateRelays(system));
}

function outsideOf(parts: Parts): AppOutside {
  const { config, databases, delivery, inbound, reads, renderer, dnsServers } = parts;
  return {
    inbound,
    removeMail: inbound.remove,
    addDmarcReport: inbound.addDmarcReport,
    reads,
    renderer,
    checkRoute: (route) => checkRoute(within(databases, route), { dnsServers }),
    dns: systemDns(dnsServers, mayLookAt(databases)),
    queue: delivery,
    engine: {
      ...delivery,
      waterfall: reads.waterfall,
      retryPreview: reads.retryPreview,
      sendOne: (message) =>
        delivery.sendOne({ ...message, route: within(databases, message.route) }),
    },
    publicUrl: () => publicUrlOf(config, databases.system),
    recordFact: (fact) => delivery.recordFact(fact),
    fetchText,
    inspectFile: inspectInThread,
    tracking: {
      recordFact: (fact) => delivery.recordFact(fact),
      resubscribed: (workspaceId, address) => delivery.resubscribed(workspaceId, address),
    },
  };
}

function startScheduler(parts: Parts, outside: AppOutside, metrics: Metrics): Scheduler {
  const { config, databases, keyRing, heavy } = parts;
  const { system } = databases;
  const owner = `${standalone().node}:${randomUUID()}`;
  const onRun = metrics.job;
  const mayRun = () => !isOnHold(system);
  const scheduler = new Scheduler({ system, clock: systemClock, owner, onRun, heavy, mayRun });
  registerJobCleanUp(scheduler, systemClock);
  registerFileCleanUp(scheduler, config.dataDir, systemClock);
  registerNightly(scheduler);
  registerLostJobs(scheduler, databases, systemClock);
  const mail = createMailer(() => systemMailRoute(system, keyRing, parts.inbound.port));
  registerAuthJobs(scheduler, {
    ...{ config, system, mail, clock: systemClock },
    forget: forgetAskedMail,
  });
  const { engine, publicUrl, dns, renderer } = outside;
  const jobDeps = {
    databases,
    clock: systemClock,
    jobs: scheduler.queue,
    engine,
    publicUrl,
    dns,
    renderer,
    routeOrigins,
  };
  const mailDeps = { ...jobDeps, keyRing, inboxPort: parts.inbound.port };
  for (const [kind, handler] of [...campaignJobs(jobDeps), ...domainJobs(jobDeps)]) {
    scheduler.handle(kind, handler);
  }
  for (const [kind, handler] of [...formJobs(mailDeps), ...preferenceJobs(mailDeps)]) {
    scheduler.handle(kind, handler, "mail");
  }
  scheduler.start();
  return scheduler;
}
