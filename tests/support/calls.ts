import type { Role } from "../../server/platform/http/permissions.ts";
import type { TestApp } from "./app.ts";

/** A route's response. The body is any JSON; each test states the type it expects. */
export type Answered = { status: number; body: ReturnType<typeof JSON.parse> };

/** Status and body of a response; no body if it is not JSON. */
export async function answerOf(response: Response): Promise<Answered> {
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const text = await response.text();
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined };
}

/**
 * The application and the workspace, requested at each call because most tests create new ones. Paths are relative to
 * the workspace, or to `below` in it.
 */
type Place = () => { app: Pick<TestApp, "call">; workspaceId: string; below?: string };

/**
 * Sends requests to the routes of one workspace.
 *
 * @param role The caller's role, unless a call specifies another one.
 */
export function workspaceRequests(place: Place, role: Role) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    given: { as?: Role; headers?: Record<string, string> } = {},
  ): Promise<Response> => {
    const { app, workspaceId, below = "" } = place();
    const who = { role: given.as ?? role, workspaceId };
    const url = `/workspaces/${workspaceId}${below}${path}`;
    return await app.call(who, method, url, body, given.headers);
  };
}

/** Like `workspaceRequests`, for tests that need only status and body. */
export function workspaceCalls(place: Place, role: Role) {
  const request = workspaceRequests(place, role);
  return async (...call: Parameters<typeof request>): Promise<Answered> =>
    await answerOf(await request(...call));
}

/**
 * Like `workspaceRequests`, for requests that must succeed: returns the body. Any other status is an error that
 * contains the response.
 */
export function workspaceAsks(place: Place, role: Role) {
  const request = workspaceCalls(place, role);
  return async <T = { id: number }>(...call: Parameters<typeof request>): Promise<T> => {
    const { status, body } = await request(...call);
    if (status !== 200) {
      const [method, path] = call;
      throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
    }
    return body as T;
  };
}
