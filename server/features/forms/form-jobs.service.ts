import type { Connection } from "../../platform/db/driver.ts";
import type { Job, WaitingWork } from "../../platform/scheduler/job.ts";
import { SIGNUP_JOB } from "./signup.ts";
import { runSignupJob, runWelcomeJob, type SignupRunDeps, WELCOME_JOB } from "./signup-run.ts";
import { newSignups } from "./signups.store.ts";

/** The jobs that sign-ups wait for. */
export function waitingSignups(db: Connection, now: number): WaitingWork[] {
  return newSignups(db, now).map((signupId) => ({ kind: SIGNUP_JOB, payload: { signupId } }));
}

/** The handlers of this slice's jobs, for the scheduler: `[kind, handler]`. */
export function formJobs(
  deps: SignupRunDeps,
): [kind: string, handler: (job: Job) => Promise<void>][] {
  return [
    [SIGNUP_JOB, (job) => runSignupJob(deps, job)],
    [WELCOME_JOB, (job) => runWelcomeJob(deps, job)],
  ];
}
