import { t } from "./problem.messages.ts";
import { type Coded, type FieldProblem, loadRefusalWords, wordedReason } from "./refusal.ts";

type ProblemBody = {
  title: string;
  status: number;
  code: string;
  detail: string;
  reason?: Coded;
  fields?: FieldProblem[];
};

/** Any error in one shape (RFC 9457). `code` is `offline` when no response arrived. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fields: FieldProblem[];

  constructor(body: ProblemBody) {
    super((body.reason && wordedReason(body.reason)) ?? withoutPath(body));
    this.name = "Problem";
    this.status = body.status;
    this.code = body.code;
    this.title = body.title;
    this.fields = body.fields ?? [];
  }

  get detail(): string {
    return this.message;
  }
}

/**
 * Removes the field path from the start of the detail. A path such as `settings.style.accent` is for programs, and
 * the form shows the message at the field anyway.
 */
function withoutPath({ detail, fields = [] }: ProblemBody): string {
  const named = fields.find(({ field, reason }) => detail === `${field}: ${reason}`);
  const worded = named && wordedReason(named);
  if (worded !== undefined) {
    return worded;
  }
  const path = fields.map(({ field }) => `${field}: `).find((one) => detail.startsWith(one)) ?? "";
  const sentence = detail.slice(path.length);
  return path === "" ? detail : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}

/** Converts an unsuccessful response to a problem, even one that a proxy generated. */
export function problemFrom(status: number, value: unknown): Problem {
  const body = typeof value === "string" ? parsed(value) : value;
  if (isProblemBody(body)) {
    return new Problem({ ...body, title: titleOf(body) });
  }
  return new Problem({
    status,
    code: status === 0 ? "offline" : "internal",
    title: status === 0 ? t("offline") : t("badAnswer", { status }),
    detail: status === 0 ? t("offlineHint") : t("badAnswerHint"),
  });
}

/** The problem in an unsuccessful response, with its sentences in the reader's language. */
export async function receivedProblem(status: number, value: unknown): Promise<Problem> {
  await loadRefusalWords();
  return problemFrom(status, value);
}

/**
 * The title in the reader's language. The server's own title is kept for a code that this version of the interface does
 * not know.
 */
function titleOf({ code, title }: ProblemBody): string {
  const known = codes.find((one) => one === code);
  return known === undefined ? title : t(known);
}

const codes = Object.keys(t.catalogue) as (keyof typeof t.catalogue)[];

/** Converts anything thrown to a `Problem`. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  // Browsers throw this when a request gets no response. Any other TypeError is a bug in our code.
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return problemFrom(0, undefined);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ status: 0, code: "internal", title: t("unexpected"), detail });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
