import { type Job, type JobContext, PermanentJobError } from "../../platform/scheduler/job.ts";
import { LAUNCH_JOB, type LaunchDeps, runLaunchJob } from "./launch.ts";

type Handler = (job: Job, context: JobContext) => Promise<void>;

/** The handlers of this slice's jobs, for the scheduler: `[kind, handler]`. */
export function campaignJobs(deps: LaunchDeps): [kind: string, handler: Handler][] {
  return [[LAUNCH_JOB, (job) => runLaunchJob(deps, targetOf(job))]];
}

function targetOf(job: Job): { workspaceId: string; campaignId: number } {
  const { campaignId } = job.payload as { campaignId?: unknown };
  if (job.workspaceId === null || typeof campaignId !== "number") {
    throw new PermanentJobError("the job does not contain the id of a campaign");
  }
  return { workspaceId: job.workspaceId, campaignId };
}
