import type { Config } from "../config.ts";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import type { Guard } from "../platform/http/guard.ts";
import type { JobQueue } from "../platform/scheduler/job-queue.ts";
import type { KeyRing } from "../platform/secrets.ts";
import type { AuditLog } from "./audit/audit.service.ts";

/** What every slice's plugin is a function of; app.ts makes it once. */
export type AppDeps = {
  config: Config;
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  guard: Guard;
  /** Every mutation is recorded here: `audit.record({ actorId: actor.id, workspaceId, action, target })`. */
  audit: AuditLog;
  /** Work for later: `jobs.enqueue("import.run", workspaceId, { importId })`. */
  jobs: JobQueue;
};
