import { Elysia, type ValidationError } from "elysia";
import { plainReason } from "../../reasons/because.ts";
import { isBusy } from "../db/busy.ts";
import { lockedOut } from "../db/write-turn.ts";
import { isDiskFull } from "../disk-full.ts";
import {
  AppError,
  because,
  type ErrorCode,
  type FieldProblem,
  faultyField,
  invalidFields,
  type Reason,
} from "../errors.ts";
import { log } from "../log.ts";

/** The HTTP status for each error code; the compiler reports a missing one. */
const statusOf = {
  invalid_input: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  in_use: 409,
  changed_meanwhile: 409,
  in_progress: 409,
  limit_reached: 409,
  erased: 409,
  illegal_state: 409,
  stale_version: 412,
  too_large: 413,
  unsupported_media: 415,
  rate_limited: 429,
  on_hold: 403,
  setup_required: 503,
  setup_done: 409,
  unreachable: 502,
  unavailable: 503,
  workspace_unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

const titleOf: Record<ErrorCode, string> = {
  invalid_input: "Please check your input",
  unauthenticated: "Sign in first",
  forbidden: "Not allowed",
  not_found: "Not found",
  method_not_allowed: "Method not allowed",
  conflict: "Already exists",
  in_use: "In use",
  changed_meanwhile: "Changed in the meantime",
  in_progress: "Still in progress",
  limit_reached: "Limit reached",
  erased: "Erased on request",
  illegal_state: "Not possible right now",
  stale_version: "Changed by someone else",
  too_large: "Too large",
  unsupported_media: "Content type not supported",
  rate_limited: "Too many requests",
  on_hold: "Only the administrator can sign in",
  setup_required: "Finish the setup first",
  setup_done: "Setup is already finished",
  unreachable: "Another server did not respond as expected",
  unavailable: "Temporarily unavailable",
  workspace_unavailable: "This workspace is turned off",
  internal: "Server error",
};

/**
 * A refusal as RFC 9457 problem details, with a code from a closed list and the fields to correct. `reason` contains
 * what `detail` says, for clients that create their own text.
 */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  reason?: AppError["reason"];
  fields?: FieldProblem[];
};

/** The HTTP status for an error. */
export function statusOfError(error: unknown, code: unknown): number {
  const refusal = refusalIn(error, code);
  if (refusal !== undefined) {
    return statusOf[refusal.code];
  }
  if (isDiskFull(error) || isBusy(error)) {
    return statusOf.unavailable;
  }
  const byCode: Record<string, number> = { VALIDATION: 422, NOT_FOUND: 404, PARSE: 422 };
  return byCode[String(code)] ?? 500;
}

/** The AppError that was thrown. One thrown before the body was read arrives wrapped by the parser. */
function refusalIn(thrown: unknown, code: unknown): AppError | undefined {
  const error = code === "PARSE" && thrown instanceof Error ? thrown.cause : thrown;
  if (error instanceof TypeError && error.message === UNPRINTABLE) {
    return new AppError("invalid_input", because("ambiguous_value"));
  }
  return error instanceof AppError ? error : undefined;
}

/**
 * What the JavaScript engine reports when `{"toString": 1}` must become a text. The framework's validator puts a wrong
 * value into its message and fails on this one.
 */
const UNPRINTABLE = "No default value";

/** The response for a refusal; the status defaults to that of its code. */
export function problemResponse(error: AppError, status: number = statusOf[error.code]): Response {
  const problem: Problem = {
    type: `urn:swiftmail:problem:${error.code}`,
    title: titleOf[error.code],
    status,
    code: error.code,
    detail: error.message,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    ...(error.fields.length > 0 ? { fields: error.fields } : {}),
  };
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  };
  if (error.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterSeconds)));
  }
  return new Response(JSON.stringify(problem), { status, headers });
}

/** Converts every error into problem details; unexpected ones are logged and returned as `internal`. */
export const problems = new Elysia({ name: "problems" }).onError(
  { as: "global" },
  ({ code, error: thrown, route, params, query }) => {
    const error = refusalIn(thrown, code) ?? thrown;
    if (error instanceof AppError) {
      if (error.code === "internal") {
        log.error({ err: error, route }, "request failed");
      }
      return problemResponse(error);
    }
    if (code === "VALIDATION") {
      return problemResponse(fromValidation(error as ValidationError, { ...query, ...params }));
    }
    if (code === "NOT_FOUND") {
      return problemResponse(new AppError("not_found", because("nothing_at_url")));
    }
    if (code === "PARSE") {
      return problemResponse(new AppError("invalid_input", because("not_json")));
    }
    if (isBusy(error)) {
      log.warn({ route }, "a write failed because of a long-held lock");
      return problemResponse(lockedOut(error));
    }
    log.error({ err: error, route }, "request failed");
    if (isDiskFull(error)) {
      return problemResponse(diskFull(error));
    }
    return problemResponse(new AppError("internal", because("server_error")));
  },
);

function diskFull(cause: unknown): AppError {
  return new AppError("unavailable", because("disk_full"), { cause, retryAfterSeconds: 60 });
}

type SchemaProblem = { schema: Record<string, unknown>; value: unknown; message: string };

/** What a validation failure means for the reader; undefined if only the validator has a text for it. */
function faultOf({ schema, value }: SchemaProblem): Reason | undefined {
  if (value === undefined || (value === "" && schema["minLength"] !== undefined)) {
    return because("empty");
  }
  const { minLength, maxLength, minimum, maximum } = schema as Record<string, number | undefined>;
  if (typeof value === "string" && maxLength !== undefined && value.length > maxLength) {
    return because("too_long", { max: maxLength });
  }
  if (typeof value === "string" && minLength !== undefined && value.length < minLength) {
    return because("too_short", { min: minLength });
  }
  if (typeof value === "number" && minimum !== undefined && value < minimum) {
    return because("below_minimum", { min: minimum });
  }
  if (typeof value === "number" && maximum !== undefined && value > maximum) {
    return because("above_maximum", { max: maximum });
  }
  return wantedOf(schema["anyOf"]);
}

/** What a union requires: one of its literal texts, or a number. */
function wantedOf(alternatives: unknown): Reason | undefined {
  if (!Array.isArray(alternatives)) {
    return undefined;
  }
  const kinds = alternatives as { const?: unknown; type?: unknown }[];
  const texts = kinds.flatMap((kind) => (typeof kind.const === "string" ? [kind.const] : []));
  if (texts.length > 0) {
    return because("not_one_of", { options: texts.join(", ") });
  }
  const isNumber = kinds.some(({ type }) => type === "integer" || type === "number");
  return isNumber ? because("not_a_number") : undefined;
}

/** A schema's own code or text takes precedence. A part of the path that is not a number is not a valid ID. */
function fieldProblem(field: string, problem: SchemaProblem, isInPath: boolean): FieldProblem {
  const own = problem.schema["error"];
  if (typeof own === "string") {
    const why = plainReason(own);
    return why === undefined ? { field, reason: own } : faultyField(field, why);
  }
  const fault = faultOf(problem);
  if (fault === undefined) {
    return { field, reason: problem.message };
  }
  const isId = isInPath && fault.code === "not_a_number";
  return faultyField(field, isId ? because("not_an_id") : fault);
}

/**
 * The name of the path or query parameter with this value; the validator does not name a parameter it has coerced to a
 * number.
 */
function parameterWith(value: unknown, parameters: Record<string, unknown>): string | undefined {
  const found = Object.entries(parameters).find(([, given]) => String(given) === String(value));
  return found?.[0];
}

function fromValidation(error: ValidationError, parameters: Record<string, unknown>): AppError {
  if (error.type === "response") {
    log.error({ err: error }, "a response does not match its schema");
    return new AppError("internal", because("wrong_response"));
  }
  let mistakes: ValidationError["all"];
  try {
    mistakes = error.all;
  } catch (failed) {
    const refusal = refusalIn(failed, "VALIDATION");
    if (refusal === undefined) {
      throw failed;
    }
    return refusal;
  }
  const fields: FieldProblem[] = [];
  for (const problem of mistakes) {
    if ("path" in problem && typeof problem.path === "string") {
      const path = problem.path.replace(/^\//, "").replaceAll("/", ".");
      const field = path || parameterWith(problem.value, parameters) || error.type;
      if (!fields.some((known) => known.field === field)) {
        fields.push(fieldProblem(field, problem, error.type === "params"));
      }
    }
  }
  const [first, ...others] = fields;
  return first === undefined
    ? new AppError("invalid_input", because("request_does_not_fit"))
    : invalidFields([first, ...others]);
}
