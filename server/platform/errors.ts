/**
 * Every way a request can be refused. Closed: the HTTP layer maps each code to
 * one status, and the compiler finds a code without one.
 */
export type ErrorCode =
  | "invalid_input"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  /** Something with this name, address or key is there already. */
  | "conflict"
  /** It cannot go while something else needs it. */
  | "in_use"
  /** What was looked at is not what is there now. */
  | "changed_meanwhile"
  /** The same request is being answered already. */
  | "in_progress"
  | "limit_reached"
  /** An erasure keeps it from coming back. */
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

/** One thing wrong with one field: where, why, and how to mend it. */
export type FieldProblem = { field: string; reason: string; hint?: string };

/**
 * A refusal that a person can act on. Services throw it; only `platform/http`
 * knows which status it becomes.
 */
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

/** An `invalid_input` about one field. */
export function invalidField(field: string, reason: string, hint?: string): AppError {
  const problem = hint === undefined ? { field, reason } : { field, reason, hint };
  return new AppError("invalid_input", `${field}: ${reason}`, { fields: [problem] });
}

/** A `not_found` for something named in the caller's words. */
export function notFound(what: string): AppError {
  return new AppError("not_found", `There is no such ${what}.`);
}
