import { Elysia } from "elysia";
import type { AuditAction } from "../audit/actions.ts";
import type { AuditEntry } from "../audit/audit-log.ts";
import type { AuditStart, AuditTrail } from "../audit/trail.ts";
import { statusOfError } from "./problem.ts";

/**
 * What a route leaves in the audit log:
 * - `"tag.rename"`: an entry when the handler succeeds. The target is the id in the path, or else in the response.
 * - `{ none: "reason" }`: no entry, with the reason why none is needed.
 * - `{ within: ["session.open"] }`: the service records these itself, in the transaction on system.db in which it
 *   makes the change, so that both commit together.
 */
export type AuditOption =
  | AuditAction
  | { readonly none: string }
  | { readonly within: readonly AuditAction[] };

/** What a handler adds to the route's option. */
export type AuditNote = {
  /** Set when the outcome decides which action it was. */
  action?: AuditAction;
  target?: string | number;
  /** Ids, numbers and choices only: no names, addresses or secrets, since entries are never erased. */
  detail?: Record<string, unknown>;
};

/** Adds details to the request's entry; `"nothing"` when the handler found that there was nothing to change. */
export type Note = (note: AuditNote | "nothing") => void;

type Begun = { trail: AuditTrail; id: number; start: AuditStart; note: AuditNote | "nothing" };

/** The requests whose action has begun and is not yet in the log. */
const begun = new WeakMap<Request, Begun>();

/** What the route's documentation says about its entry; also used by the test that walks all routes. */
export function auditDetail(option: AuditOption): string {
  if (typeof option === "string") {
    return option;
  }
  return "none" in option ? `none: ${option.none}` : `within: ${option.within.join(", ")}`;
}

/**
 * Records that the action begins, before the handler runs. Returns the function with which the handler adds to the
 * entry.
 */
export async function beginAction(
  trail: AuditTrail,
  request: Request,
  start: AuditStart,
): Promise<Note> {
  const id = await trail.begin(start);
  const action: Begun = { trail, id, start, note: {} };
  begun.set(request, action);
  return (note) => {
    action.note = note;
  };
}

/** For the handler of a route without an entry. */
export function unaudited(): never {
  throw new Error("a route that leaves no audit entry has nothing to add to it");
}

/** Adds the entry of a handler that has returned. */
export async function endAction(request: Request, response: unknown): Promise<void> {
  const action = begun.get(request);
  if (action === undefined) {
    return;
  }
  begun.delete(request);
  await action.trail.end(
    action.id,
    changedNothing(action, response) ? undefined : entryOf(action, response),
  );
}

/**
 * Ends the actions of requests that failed. A refusal changed nothing and leaves no entry. After an unexpected error it
 * is unknown whether something changed, and the entry says so. Must be registered before the plugin that answers
 * errors, which ends the chain.
 */
export const failedActions = new Elysia({ name: "failed-actions" }).onError(
  { as: "global" },
  async ({ request, error, code }) => {
    const action = begun.get(request);
    if (action === undefined) {
      return;
    }
    begun.delete(request);
    const status = statusOfError(error, code);
    const noted = action.note === "nothing" ? {} : action.note;
    const detail = { ...noted.detail, outcome: "server_error", status };
    await action.trail.end(
      action.id,
      status < 500 ? undefined : { ...action.start, ...noted, detail },
    );
  },
);

/** True when the handler noted "nothing", when it refused, and when an earlier answer was repeated (`Idempotency-Key`). */
function changedNothing({ note }: Begun, response: unknown): boolean {
  return (
    note === "nothing" ||
    (response instanceof Response &&
      (response.status >= 400 || response.headers.has("idempotent-replayed")))
  );
}

function entryOf({ start, note }: Begun, response: unknown): AuditEntry {
  const { action, target, detail } = note === "nothing" ? ({} as AuditNote) : note;
  return {
    actorId: start.actorId,
    workspaceId: start.workspaceId,
    action: action ?? start.action,
    target: target ?? (start.target === "" ? idOf(response) : start.target),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The parameters of paths that may be the target. An address may not, since entries are never erased. */
const idNames = ["id", "userId", "invitationId", "organizationId", "key"] as const;

/** The object that a path refers to; "" when there is none, or an entry must not contain it. */
export function namedIn(params: unknown): string {
  const given = (params ?? {}) as Record<string, unknown>;
  const name = idNames.find((each) => given[each] !== undefined);
  return name === undefined ? "" : String(given[name]);
}

/** The id in a response; "" when there is none. */
function idOf(response: unknown): string {
  const isObject = typeof response === "object" && response !== null;
  const id = isObject && "id" in response ? response.id : undefined;
  return typeof id === "string" || typeof id === "number" ? String(id) : "";
}
