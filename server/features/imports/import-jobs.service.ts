import type { Connection } from "../../platform/db/driver.ts";
import type { WaitingWork } from "../../platform/scheduler/job.ts";
import { checkJobOptions, IMPORT_CHECK_JOB } from "./import-check.service.ts";
import { IMPORT_UNDO_JOB } from "./import-undo.service.ts";
import { IMPORT_JOB, importJobKey } from "./imports.service.ts";
import { importsToCheck, importsToRun, importsToUndo } from "./imports.store.ts";

/** The jobs that imports of the workspace wait for. */
export function waitingImports(db: Connection, workspaceId: string): WaitingWork[] {
  return [
    ...importsToRun(db).map((importId) => ({
      kind: IMPORT_JOB,
      payload: { importId },
      options: { uniqueKey: importJobKey(workspaceId, importId) },
    })),
    ...importsToCheck(db).map((importId) => ({
      kind: IMPORT_CHECK_JOB,
      payload: { importId },
      options: checkJobOptions(workspaceId, importId),
    })),
    ...importsToUndo(db).map((importId) => ({ kind: IMPORT_UNDO_JOB, payload: { importId } })),
  ];
}
