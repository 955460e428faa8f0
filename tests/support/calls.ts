import type { Role } from "../../server/platform/http/permissions.ts";
import type { TestApp } from "./app.ts";

/** What a route answered. The body is whatever it sent as JSON: each test says what that must be. */
export type Answered = { status: number; body: ReturnType<typeof JSON.parse> };

/** Status and body of a response; without a body for what is not JSON. */
export async function answerOf(response: Response): Promise<Answered> {
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const text = await response.text();
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined };
}

/**
 * Calls the routes of one workspace.
 *
 * @param place The application and the workspace, asked for at each call: most tests make new ones for each test.
 * @param role Who calls, unless a call says otherwise.
 */
export function workspaceCalls(
  place: () => { app: Pick<TestApp, "call">; workspaceId: string },
  role: Role,
) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    given: { as?: Role; headers?: Record<string, string> } = {},
  ): Promise<Answered> => {
    const { app, workspaceId } = place();
    const who = { role: given.as ?? role, workspaceId };
    const url = `/workspaces/${workspaceId}${path}`;
    return await answerOf(await app.call(who, method, url, body, given.headers));
  };
}
