import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { JobRow, JobState } from "../../platform/scheduler/job.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";

/** A page of the instance's jobs, newest first, without their payloads. */
export function listJobs(
  jobs: JobQueue,
  query: { state?: JobState | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = jobs.list({
    state: query.state,
    before,
    limit: limit + 1,
  });
  return cutPage(rows, limit, (row) => [row.id]);
}

/**
 * Retries a dead job with all its attempts.
 *
 * @throws AppError `not_found`; `illegal_state` when it is not dead, or the same work is already queued.
 */
export function retryJob(deps: { jobs: JobQueue; system: Connection }, id: number): JobRow {
  return inTransaction(deps.system, () => {
    if (deps.jobs.find(id) === undefined) {
      throw notFound("job");
    }
    if (!deps.jobs.retry(id)) {
      throw new AppError("illegal_state", because("job_not_retryable"));
    }
    const revived = deps.jobs.find(id);
    if (revived === undefined) {
      throw notFound("job");
    }
    return revived;
  });
}
