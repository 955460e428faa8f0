import { treaty } from "@elysiajs/eden";
import type { App } from "../../server/app.ts";
import { asProblem, type Problem, problemFrom, receivedProblem } from "./problem.ts";

const BASE = "/api/v1";
const origin = typeof location === "undefined" ? "http://localhost" : location.origin;

/**
 * The API client, typed by the server: `ask(api.workspaces({ workspaceId }).dashboard.get())`. Timestamps stay
 * numbers, and strings that look like dates stay strings.
 */
export const api = treaty<App>(origin, {
  parseDate: false,
  fetch: { credentials: "same-origin" },
}).api.v1;

type Call = (...args: never[]) => Promise<{ data: unknown }>;

/** The type of the data that a call returns: `Answer<typeof api.auth.me.get>`. */
export type Answer<C extends Call> = Exclude<Awaited<ReturnType<C>>["data"], null>;

/** The type of the client inside a workspace, from which response types are derived. */
export type WorkspaceApi = ReturnType<typeof api.workspaces>;

/** Returns the data of a successful response. Any other response is thrown as a `Problem`. */
export async function ask<R extends { data: unknown; error: unknown }>(
  call: Promise<R>,
): Promise<Exclude<R["data"], null>> {
  const answer: { data: unknown; error: unknown } = await call.catch((error: unknown) => {
    throw asProblem(error);
  });
  if (answer.error !== null && answer.error !== undefined) {
    const { status, value } = answer.error as { status: number; value: unknown };
    const isUnsent = value instanceof Error || value instanceof Event;
    throw refused(await receivedProblem(isUnsent ? 0 : Number(status), value));
  }
  return answer.data as Exclude<R["data"], null>;
}

/** Makes properties that can be undefined optional. */
type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Removes undefined values from a query or body, so that unset options are left out of the request. */
export function given<T extends object>(values: T): Given<T> {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs) as Given<T>;
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** Called when the session has ended; main.tsx shows the sign-in page. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

/** Called when the instance is not set up yet. */
let onSetupRequired: () => void = () => undefined;
export function whenSetupRequired(handler: () => void): void {
  onSetupRequired = handler;
}

/** The URL of an API path with its query: for links, downloads and event streams. */
export function apiUrl(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]));
  return `${BASE}${path}${pairs.length > 0 ? `?${search}` : ""}`;
}

/**
 * Uploads a file with fetch, because the typed client would read it into memory first. Typed by its route:
 * `upload<WorkspaceApi["imports"]["post"]>(path, form)`.
 */
export async function upload<C extends Call>(
  path: string,
  body: FormData | Blob,
): Promise<Answer<C>> {
  const response = await fetch(apiUrl(path), {
    method: "POST",
    credentials: "same-origin",
    body,
  }).catch(() => {
    throw problemFrom(0, undefined);
  });
  const text = await response.text();
  if (!response.ok) {
    throw refused(await receivedProblem(response.status, text));
  }
  return JSON.parse(text) as Answer<C>;
}

function refused(problem: Problem): Problem {
  if (problem.code === "unauthenticated") {
    onSignedOut();
  }
  if (problem.code === "setup_required") {
    onSetupRequired();
  }
  return problem;
}
