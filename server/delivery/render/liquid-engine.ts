import { type FilterImplOptions, type Liquid, LiquidError, type Template } from "liquidjs";
import { messageOf } from "../../platform/errors.ts";
import { Budget, type BudgetCode, OverBudget } from "./budget.ts";
import { CountedContext, countedFilter, newCountedLiquid } from "./counted-liquid.ts";
import { type Position, positionAt, splitLiquid } from "./liquid-mask.ts";

// A restricted Liquid: no files (no partials, no tags that load them), no access to prototypes, no unescaped output, no
// randomness, and a budget for all work. Templates and merge values are treated as hostile.

/** Names a template may use besides `contact.*`. */
export const templateRoots = [
  "contact",
  "workspace",
  "campaign",
  "unsubscribe_url",
  "preferences_url",
  "web_view_url",
] as const;

const PARSE_LIMIT_CHARS = 1_000_000;
const MAX_ANALYSED_CHARS = 10_000;
const FORBIDDEN_TAGS = ["include", "render", "layout", "block"];
// `raw` would disable escaping; `sample` and `shuffle` would make a retry differ from the first attempt.
const FORBIDDEN_FILTERS = ["raw", "sample", "shuffle"];

/** The format a Liquid template is rendered to, which decides how values are escaped. */
export type Target = "html" | "text";

const htmlEntities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** Escapes a value for HTML text and for attributes in single or double quotes. */
export function escapeHtml(value: string): string {
  return /[&<>"']/.test(value)
    ? value.replace(/[&<>"']/g, (char) => htmlEntities[char] ?? char)
    : value;
}

/** Converts a Liquid value to text; nil becomes "". */
export function textOf(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  if (value === null || value === undefined) {
    return "";
  }
  return Array.isArray(value) ? value.map(textOf).join("") : String(value);
}

/** Percent-encodes a value inside a URL. */
export function urlComponent(value: unknown): string {
  return encodeURIComponent(textOf(value).toWellFormed());
}

/**
 * Validates a value that is a whole URL: web, mail and telephone URLs are kept, anything else becomes `#`, so that no
 * script can be injected.
 */
export function safeUrl(value: unknown): string {
  const url = textOf(value).trim();
  return /^(https?:\/\/|mailto:|tel:)/i.test(url) && !/[\s<>"\\]/.test(url) ? url : "#";
}

const engines: Record<Target, Liquid> = { html: newEngine("html"), text: newEngine("text") };

function newEngine(target: Target): Liquid {
  const engine = newCountedLiquid(
    {
      templates: {},
      ownPropertyOnly: true,
      strictFilters: true,
      parseLimit: PARSE_LIMIT_CHARS,
      timezoneOffset: 0,
      ...(target === "html" ? { outputEscape: (value: unknown) => escapeHtml(textOf(value)) } : {}),
    },
    textOf,
  );
  for (const tag of FORBIDDEN_TAGS) {
    delete engine.tags[tag];
  }
  for (const filter of FORBIDDEN_FILTERS) {
    delete engine.filters[filter];
  }
  // For values that this stage inserts itself; templates may not use names that start with two underscores.
  engine.registerFilter("__raw", { raw: true, handler: textOf });
  engine.registerFilter("url_component", countedFilter(urlComponent));
  engine.registerFilter("safe_url", countedFilter(safeUrl));
  engine.registerFilter("date", pinnedDate(engine.filters["date"]));
  if (target === "html") {
    // Every output is escaped already, so an explicit `| escape` must not escape twice.
    engine.registerFilter("escape", countedFilter(textOf));
    engine.registerFilter("escape_once", countedFilter(textOf));
  }
  return engine;
}

// `"now" | date` uses the message's date, so that every attempt renders the same text.
function pinnedDate(original: FilterImplOptions | undefined): FilterImplOptions {
  if (typeof original !== "function") {
    throw new Error("liquidjs has no date filter");
  }
  return function date(this: ThisParameterType<typeof original>, value, ...rest) {
    const isNow = value === "now" || value === "today";
    const pinned = isNow ? this.context.getSync(["__now"]) : value;
    return original.call(this, pinned ?? value, ...rest) as string;
  };
}

function writtenAs({ token }: LiquidError): string | undefined {
  const text: unknown = token?.getText();
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** A mistake in a template. */
export class TemplateError extends Error {
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Set when the template is valid but exceeds its budget. */
  readonly code: BudgetCode | undefined;
  /** The tag or output that caused it, as written. */
  readonly liquid: string | undefined;

  constructor(message: string, at: Position | undefined, cause?: unknown, code?: BudgetCode) {
    super(message, { cause });
    this.name = "TemplateError";
    this.line = at?.line;
    this.column = at?.column;
    this.code = code;
    this.liquid = cause instanceof LiquidError ? writtenAs(cause) : undefined;
  }
}

/** @throws TemplateError when a template uses a name that starts with `__`, which is reserved for this stage. */
export function refuseReservedNames(source: string): void {
  for (const { text, isLiquid, at } of splitLiquid(source)) {
    if (isLiquid && /(?<!\w)__/.test(text)) {
      throw new TemplateError("Names that start with __ are reserved.", positionAt(source, at));
    }
  }
}

/** Parses a template. @throws TemplateError with the line and a plain English sentence. */
export function parseTemplate(source: string, target: Target): Template[] {
  try {
    return engines[target].parse(source);
  } catch (error) {
    throw plainError(error);
  }
}

/**
 * Creates the context shared by the templates of one message and target; tags keep state in it, so it must not be
 * reused.
 *
 * @param ours Looks up reserved names, which only this stage may use, when they are read.
 */
export function newContext(
  scope: object,
  target: Target,
  budget: Budget = new Budget(),
  ours?: (name: string) => string | undefined,
): CountedContext {
  return new CountedContext(scope, engines[target], budget, ours);
}

/** Renders parsed templates. @throws TemplateError when a limit is exceeded or a filter fails. */
export function renderTemplates(
  templates: Template[],
  context: CountedContext,
  target: Target,
): string {
  try {
    return textOf(engines[target].renderSync(templates, context));
  } catch (error) {
    throw plainError(error);
  }
}

/**
 * Parses and renders a template in one step, without the compiled path. Tests use it as the reference for that path.
 * @throws TemplateError
 */
export function renderSource(
  source: string,
  scope: object,
  target: Target,
  budget?: Budget,
): string {
  return renderTemplates(parseTemplate(source, target), newContext(scope, target, budget), target);
}

/**
 * The variables that a template reads, such as `["contact", "first_name"]`; undefined when there is too much Liquid to
 * analyse quickly.
 *
 * @throws TemplateError
 */
export function variablesOf(source: string, target: Target): string[][] | undefined {
  const liquid = distinctLiquid(source);
  if (liquid.length > MAX_ANALYSED_CHARS) {
    return undefined;
  }
  try {
    return engines[target]
      .globalVariableSegmentsSync(liquid)
      .map((path) => path.map((part) => String(part)));
  } catch (error) {
    throw plainError(error);
  }
}

// The analysis finds the line of every name by scanning from the start of the source. Dropping the text, and repeated
// outputs between two tags, keeps that fast.
function distinctLiquid(source: string): string {
  let liquid = "";
  let seen = new Set<string>();
  for (const { text, isLiquid } of splitLiquid(source)) {
    if (!isLiquid || seen.has(text)) {
      continue;
    }
    seen = text.startsWith("{%") ? new Set() : seen.add(text);
    liquid += text;
  }
  return liquid;
}

function plainError(error: unknown): TemplateError {
  const raw = messageOf(error);
  const [, line, column] = /, line:(\d+), col:(\d+)/.exec(raw) ?? [];
  const message = raw.replace(/(, file:[^,]*)?, line:\d+, col:\d+.*$/s, "");
  const at = line === undefined ? undefined : { line: Number(line), column: Number(column) };
  const over = overBudget(error);
  if (over !== undefined) {
    return new TemplateError(over.message, at, error, over.code);
  }
  return new TemplateError(sentence(message), at, error);
}

function overBudget(error: unknown): OverBudget | undefined {
  if (error instanceof OverBudget) {
    return error;
  }
  if (error instanceof Error && error.message.startsWith("Maximum call stack")) {
    return new OverBudget("too_deep");
  }
  const { originalError } = error instanceof Error ? (error as { originalError?: unknown }) : {};
  return originalError instanceof OverBudget ? originalError : undefined;
}

const sentences: [RegExp, (match: RegExpExecArray) => string][] = [
  [/^tag "?([^"]*?)"? not found/, (m) => `There is no tag "${m[1]}".`],
  [/^tag "?(.*?)"? not closed/s, (m) => `${m[1]} is never closed.`],
  [/^output "?(.*?)"? not closed/s, (m) => `${m[1]} lacks its closing }}.`],
  [/^undefined filter: (.*)/, (m) => `There is no filter "${m[1]}".`],
  [/parse length limit/, () => "The template is too long. The limit is 1 million characters."],
];

function sentence(message: string): string {
  for (const [pattern, say] of sentences) {
    const match = pattern.exec(message);
    if (match !== null) {
      return say(match);
    }
  }
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
