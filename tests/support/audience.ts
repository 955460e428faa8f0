import { newTestApp, type TestWorkspace } from "./app.ts";
import { runTaskOf } from "./run-task.ts";

/** An application with a workspace and an editor in it; its audience tasks run when the test says so. */
export function newAudienceApp(now: () => number = Date.now) {
  const fixture = newTestApp(now);
  const workspace: TestWorkspace = fixture.newWorkspace();
  const editor = { role: "editor" as const, workspaceId: workspace.id };
  return {
    ...fixture,
    workspace,
    db: () => fixture.databases.workspace(workspace.id),
    /** The answer's body, after checking its status. The path is below the workspace. */
    async ask<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
      const address = `/workspaces/${workspace.id}${path}`;
      const response = await fixture.call(editor, method, address, body);
      const answer = (await response.json()) as T;
      if (response.status !== status) {
        throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
      }
      return answer;
    },
    /** Runs a task to its end, as the jobs thread would. */
    runTask: (id: number) => runTaskOf(fixture, workspace.id, id, { clock: now, isLastTry: false }),
  };
}

export type AudienceApp = ReturnType<typeof newAudienceApp>;
