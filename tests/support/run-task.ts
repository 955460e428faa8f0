import type { RunContext } from "../../server/features/tasks/task-kind.service.ts";
import { runTask, runUndo } from "../../server/features/tasks/task-run.service.ts";
import { createAuditTrail } from "../../server/platform/audit/trail.ts";
import { taskKinds } from "../../server/task-kinds.ts";
import type { TestApp } from "./app.ts";

type Where = Pick<TestApp, "databases" | "dataDir">;

/** Runs a task of a workspace to its end, as the jobs thread would. */
export const runTaskOf = (
  where: Where,
  workspaceId: string,
  id: number,
  options: Partial<RunContext> = {},
): Promise<number> => runTask(contextOf(where, workspaceId, options), taskKinds, id);

/** Runs the undo of a task to its end, as the jobs thread would. */
export const runUndoOf = (where: Where, workspaceId: string, id: number): Promise<void> =>
  runUndo(contextOf(where, workspaceId, {}), taskKinds, id);

function contextOf(
  { databases, dataDir }: Where,
  workspaceId: string,
  options: Partial<RunContext>,
): RunContext {
  const trail = createAuditTrail(() => databases.system, Date.now);
  return {
    open: () => databases.workspace(workspaceId),
    clock: Date.now,
    signal: new AbortController().signal,
    isLastTry: true,
    surroundings: { dataDir, databases, workspaceId, trail },
    ...options,
  };
}
