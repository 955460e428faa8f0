import type { Role } from "../../server/platform/http/permissions.ts";
import type { TestApp } from "./app.ts";

/** A route's answer. The body is any JSON: each test says what it must be. */
export type Answered = { status: number; body: ReturnType<typeof JSON.parse> };

/** Status and body of a response; no body for what is not JSON. */
export async function answerOf(response: Response): Promise<Answered> {
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const text = await response.text();
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined };
}

/**
 * The application and the workspace, asked for at each call: most tests make new ones for each test. Paths are those of
 * the workspace, or `below` one of them.
 */
type Place = () => { app: Pick<TestApp, "call">; workspaceId: string; below?: string };

/**
 * Sends requests to the routes of one workspace.
 *
 * @param role Who calls, unless a call says otherwise.
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

/** The same, for tests that need only status and body. */
export function workspaceCalls(place: Place, role: Role) {
  const request = workspaceRequests(place, role);
  return async (...call: Parameters<typeof request>): Promise<Answered> =>
    await answerOf(await request(...call));
}

/** The same, for requests that must succeed: returns the body. Any other status is an error that quotes the answer. */
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
