import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { type Job, type JobContext, PermanentJobError } from "../../platform/scheduler/job.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { DnsLookup } from "../ports.ts";
import { checkDomain, type DomainPlace } from "./domains.service.ts";
import { hasSentSince, listDomains } from "./domains.store.ts";

/** The job that checks a workspace's DNS records, a day after it sent something. */
export const DOMAIN_CHECK_JOB = "domain.check";

const ACTIVE_MS = 7 * DAY_MS;

export type DomainJobDeps = {
  databases: Databases;
  jobs: JobQueue;
  dns: DnsLookup;
  clock: Clock;
  publicUrl: () => string;
  routeOrigins: DomainPlace["routeOrigins"];
};

/** Schedules a check of the workspace's domains for tomorrow. Repeated calls schedule only one. */
export function checkDomainsTomorrow(
  deps: Pick<DomainJobDeps, "jobs" | "clock">,
  workspaceId: string,
): void {
  const dueAt = deps.clock() + DAY_MS;
  // The key contains the day, because a job that is still running occupies its own key.
  const day = Math.floor(dueAt / DAY_MS);
  const uniqueKey = `${DOMAIN_CHECK_JOB}:${workspaceId}:${day}`;
  deps.jobs.enqueue(DOMAIN_CHECK_JOB, workspaceId, {}, { uniqueKey, dueAt });
}

/**
 * The job handlers of this slice. Checks run daily while the workspace sends and stop a week after its last campaign,
 * so that idle workspaces are not opened. Safe to repeat.
 */
export function domainJobs(
  deps: DomainJobDeps,
): [kind: string, handler: (job: Job, context: JobContext) => Promise<void>][] {
  return [
    [
      DOMAIN_CHECK_JOB,
      async (job, { signal }) => {
        const { workspaceId } = job;
        if (workspaceId === null) {
          throw new PermanentJobError("the job does not contain the id of a workspace");
        }
        await checkDomains(deps, workspaceId, signal);
        const db = deps.databases.workspace(workspaceId);
        if (hasSentSince(db, deps.clock() - ACTIVE_MS)) {
          checkDomainsTomorrow(deps, workspaceId);
        }
      },
    ],
  ];
}

async function checkDomains(
  deps: DomainJobDeps,
  workspaceId: string,
  signal: AbortSignal,
): Promise<void> {
  const open = () => deps.databases.workspace(workspaceId);
  for (const { id } of listDomains(open())) {
    signal.throwIfAborted();
    const place = {
      system: deps.databases.system,
      publicUrl: deps.publicUrl(),
      routeOrigins: deps.routeOrigins,
      workspaceId,
    };
    await checkDomain(open, deps.dns, { id, place }, deps.clock());
  }
}
