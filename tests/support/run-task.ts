import type { RunContext } from "../../server/features/tasks/task-kind.service.ts";
import { runTask } from "../../server/features/tasks/task-run.service.ts";
import { createAuditTrail } from "../../server/platform/audit/trail.ts";
import { taskKinds } from "../../server/task-kinds.ts";
import type { TestApp } from "./app.ts";

/** Runs a task of a workspace to its end, as the jobs thread would. */
export async function runTaskOf(
  { databases, dataDir }: Pick<TestApp, "databases" | "dataDir">,
  workspaceId: string,
  id: number,
  options: Partial<RunContext> = {},
): Promise<number> {
  const trail = createAuditTrail(() => databases.system, Date.now);
  const context: RunContext = {
    open: () => databases.workspace(workspaceId),
    clock: Date.now,
    signal: new AbortController().signal,
    isLastTry: true,
    surroundings: { dataDir, databases, workspaceId, trail },
    ...options,
  };
  return await runTask(context, taskKinds, id);
}
