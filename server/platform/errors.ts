import {
  because,
  type CodedReason,
  type Reason,
  storedReason,
  type Thing,
} from "../reasons/because.ts";

export {
  because,
  type CodedReason,
  type Reason,
  reasonWith,
  spokenReason,
  storedBecause,
  storedReason,
} from "../reasons/because.ts";

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
  /** An older copy of system.db was found, and no administrator has read the notice yet. */
  | "on_hold"
  | "setup_required"
  | "setup_done"
  | "unreachable"
  | "unavailable"
  | "workspace_unavailable"
  | "internal";

/**
 * A problem with one field: where it is, the reason in English, and how to fix it. `code` and `params` are those of the
 * reason, from which a client can create a text in another language.
 */
export type FieldProblem = {
  field: string;
  reason: string;
  hint?: string;
  code?: CodedReason["code"];
  params?: NonNullable<CodedReason["params"]>;
};

/** The problem of one field, with the English reason beside its code. */
export function faultyField(field: string, why: Reason): FieldProblem {
  return { field, ...told(why) };
}

/** A reason as API responses contain it: the sentence, its code and values, and a hint. */
export function told({ text, ...reason }: Reason) {
  return { reason: text, ...reason };
}

/** A sentence without a code of its own: for field errors, or from another thread. */
type Said = { text: string };

/** A refusal that the user can act on. Services throw it; only `platform/http` knows the HTTP status. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** The reason, for clients that create their own text; undefined when `fields` contain everything. */
  readonly reason: CodedReason | undefined;
  readonly fields: FieldProblem[];
  /** Seconds after which the same call may succeed; for `rate_limited` and `unavailable`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    why: Reason | Said,
    options: { fields?: FieldProblem[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(why.text, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.reason = "code" in why ? coded(why) : undefined;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The part of a reason that is sent in addition to its sentence. */
export function coded({ code, params }: Reason): CodedReason {
  return params === undefined ? { code } : { code, params };
}

/** An `invalid_input` error for fields; its detail is that of the first field. */
export function invalidFields(fields: [FieldProblem, ...FieldProblem[]]): AppError {
  const [{ field, reason }] = fields;
  return new AppError("invalid_input", { text: `${field}: ${reason}` }, { fields });
}

/** An `invalid_input` error for one field. */
export function invalidField(field: string, why: Reason): AppError {
  return invalidFields([faultyField(field, why)]);
}

/** A refusal because of one field, such as a name that is taken. */
export function refusedField(code: ErrorCode, field: string, why: Reason): AppError {
  return new AppError(code, why, { fields: [faultyField(field, why)] });
}

/** A `not_found` error for a thing that a request names. */
export function notFound(thing: Thing): AppError {
  return new AppError("not_found", because(`no_such_${thing}`));
}

/** Why something was refused, as a text that can be stored. */
export function storedRefusal({ reason, message }: AppError): string {
  return reason === undefined ? message : storedReason(reason);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
