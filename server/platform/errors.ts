import { type FieldFault, reasonOfFault } from "./field-faults.ts";

/**
 * Every reason for which a request can be refused. The type is closed: the HTTP layer maps each code to one status, and
 * the compiler reports a code without one.
 */
export type ErrorCode =
  | "invalid_input"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  /** Something with this name, address or key already exists. */
  | "conflict"
  /** It cannot be deleted while something else uses it. */
  | "in_use"
  /** The object has changed since the client last read it. */
  | "changed_meanwhile"
  /** The same request is already being processed. */
  | "in_progress"
  | "limit_reached"
  /** An erasure request prevents this address from being added again. */
  | "erased"
  | "illegal_state"
  | "stale_version"
  | "too_large"
  | "unsupported_media"
  | "rate_limited"
  | "setup_required"
  | "setup_done"
  | "unreachable"
  | "unavailable"
  | "workspace_unavailable"
  | "internal";

/**
 * A problem with one field: where it is, the reason, and how to fix it. A reason from the closed list of `FieldFault`
 * also has its code and values, with which a client can word it in another language.
 */
export type FieldProblem = {
  field: string;
  reason: string;
  hint?: string;
  code?: FieldFault["code"];
  params?: Record<string, string | number>;
};

/** The problem of one field from its fault, with the English reason beside the code. */
export function faultyField(field: string, fault: FieldFault): FieldProblem {
  return { field, reason: reasonOfFault(fault), ...fault };
}

/** A refusal that the user can act on. Services throw it; only `platform/http` knows the HTTP status. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldProblem[];
  /** Seconds after which the same call may succeed; for `rate_limited` and `unavailable`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { fields?: FieldProblem[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** An `invalid_input` error for one field. */
export function invalidField(field: string, reason: string, hint?: string): AppError {
  const problem = hint === undefined ? { field, reason } : { field, reason, hint };
  return new AppError("invalid_input", `${field}: ${reason}`, { fields: [problem] });
}

/** A `not_found` error; `what` names the thing in the caller's words. */
export function notFound(what: string): AppError {
  return new AppError("not_found", `There is no such ${what}.`);
}

/** What anything thrown says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
