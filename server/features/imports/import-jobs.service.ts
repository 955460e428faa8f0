import type { Connection } from "../../platform/db/driver.ts";
import type { WaitingWork } from "../../platform/scheduler/job.ts";
import { checkJobOptions, IMPORT_CHECK_JOB } from "./import-check.service.ts";
import { importsToCheck } from "./imports.store.ts";

/** The jobs for waiting checks of uploads. The work of started imports belongs to their tasks. */
export function waitingChecks(db: Connection, workspaceId: string): WaitingWork[] {
  return importsToCheck(db).map((importId) => ({
    kind: IMPORT_CHECK_JOB,
    payload: { importId },
    options: checkJobOptions(workspaceId, importId),
  }));
}
