import { purgeCampaign } from "../features/campaigns/purge.service.ts";
import { runImportCheck } from "../features/imports/import-check.service.ts";
import { tidyAll } from "../features/privacy/tidy.service.ts";
import type { RunContext } from "../features/tasks/task-kind.service.ts";
import { runTask, runUndo, taskOfJob } from "../features/tasks/task-run.service.ts";
import { createAuditTrail } from "../platform/audit/trail.ts";
import { systemClock } from "../platform/clock.ts";
import { isBusy } from "../platform/db/busy.ts";
import { type Databases, openDatabases } from "../platform/db/databases.ts";
import { log } from "../platform/log.ts";
import { type Job, type JobContext, PermanentJobError } from "../platform/scheduler/job.ts";
import { serve } from "../platform/workers/channel.ts";
import { lowerThreadPriority, niceness } from "../platform/workers/niceness.ts";
import { taskKinds } from "../task-kinds.ts";
import type { HeavyKind } from "./kinds.ts";
import type { JobsThread, RunOutcome } from "./protocol.ts";

declare const self: Worker;

lowerThreadPriority(niceness.work);

/** Busy time-out (ms). A job that meets a longer lock is given back and retried later. */
const BUSY_MS = 250;

type Surroundings = { dataDir: string; databases: Databases };
type HeavyHandler = (job: Job, context: JobContext & Surroundings) => Promise<void>;

let surroundings: Surroundings | undefined;
const running = new Map<number, { abort: AbortController; end: Promise<unknown> }>();

const handlers: Record<HeavyKind, HeavyHandler> = {
  "import.check": (job, { databases, dataDir, signal }) => {
    const isLastTry = job.attempt >= job.maxAttempts;
    const open = openerOf(job, databases);
    return runImportCheck({ open, dataDir, signal, isLastTry }, numberOf(job, "importId"));
  },
  "task.run": (job, around) => doTask(job, around, runTask),
  "task.index": (job, around) => doTask(job, around, runTask),
  "task.person": (job, around) => doTask(job, around, runTask),
  "task.undo": (job, around) => doTask(job, around, runUndo),
  "campaign.purge": (job, { databases, signal }) =>
    purgeCampaign(openerOf(job, databases), numberOf(job, "campaignId"), signal),
  "privacy.tidy": (_job, { databases, signal }) =>
    tidyAll({
      databases,
      clock: systemClock,
      trail: trailOf(databases),
      signal,
    }),
};

serve<JobsThread>(
  self,
  {
    start({ dataDir }) {
      surroundings = { dataDir, databases: openDatabases(dataDir, { busyTimeoutMs: BUSY_MS }) };
    },
    run,
    abort({ jobId, reason }) {
      running.get(jobId)?.abort.abort(new Error(reason));
    },
    async stop() {
      for (const { abort } of running.values()) {
        abort.abort(new Error("the process is stopping"));
      }
      await Promise.allSettled([...running.values()].map(({ end }) => end));
      surroundings?.databases.close();
    },
  },
  (name, error) => log.error({ err: error, name }, "jobs thread: request failed"),
);

async function run(job: Job): Promise<RunOutcome> {
  const handler = Object.hasOwn(handlers, job.kind) ? handlers[job.kind as HeavyKind] : undefined;
  if (surroundings === undefined || handler === undefined) {
    return { kind: "permanent", message: `the jobs thread does not handle "${job.kind}"` };
  }
  const abort = new AbortController();
  try {
    const end = handler(job, { ...surroundings, signal: abort.signal });
    running.set(job.id, { abort, end });
    await end;
    return { kind: "done" };
  } catch (error) {
    if (error instanceof PermanentJobError) {
      return { kind: "permanent", message: error.message };
    }
    if (isBusy(error)) {
      return { kind: "locked" };
    }
    throw error;
  } finally {
    running.delete(job.id);
  }
}

async function doTask(
  job: Job,
  { databases, dataDir, signal }: JobContext & Surroundings,
  work: (context: RunContext, kinds: typeof taskKinds, id: number) => Promise<unknown>,
): Promise<void> {
  const open = openerOf(job, databases);
  const id = taskOfJob(open(), job.payload as object);
  if (id === undefined) {
    throw new PermanentJobError(`a job of kind "${job.kind}" does not contain the id of a task`);
  }
  const isLastTry = job.attempt >= job.maxAttempts;
  const workspaceId = workspaceOf(job);
  const surroundings = { dataDir, databases, workspaceId, trail: trailOf(databases) };
  await work({ open, clock: systemClock, signal, isLastTry, surroundings }, taskKinds, id);
}

function openerOf(job: Job, databases: Databases) {
  const workspaceId = workspaceOf(job);
  return () => databases.workspace(workspaceId);
}

function trailOf(databases: Databases) {
  return createAuditTrail(() => databases.system, systemClock, databases.noteChange);
}

function workspaceOf(job: Job): string {
  if (job.workspaceId === null) {
    throw new PermanentJobError(
      `a job of kind "${job.kind}" does not contain the id of a workspace`,
    );
  }
  return job.workspaceId;
}

function numberOf(job: Job, key: string): number {
  const { payload } = job;
  const value =
    typeof payload === "object" && payload !== null
      ? (payload as Record<string, unknown>)[key]
      : undefined;
  if (typeof value !== "number") {
    throw new PermanentJobError(`a job of kind "${job.kind}" has no ${key}`);
  }
  return value;
}
