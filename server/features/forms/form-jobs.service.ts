import type { Job } from "../../platform/scheduler/job.ts";
import { SIGNUP_JOB } from "./signup.ts";
import { runSignupJob, runWelcomeJob, type SignupRunDeps, WELCOME_JOB } from "./signup-run.ts";

/** The handlers of this slice's jobs, for the scheduler: `[kind, handler]`. */
export function formJobs(
  deps: SignupRunDeps,
): [kind: string, handler: (job: Job) => Promise<void>][] {
  return [
    [SIGNUP_JOB, (job) => runSignupJob(deps, job)],
    [WELCOME_JOB, (job) => runWelcomeJob(deps, job)],
  ];
}
