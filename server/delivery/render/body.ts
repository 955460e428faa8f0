import mjml2html from "mjml";
import { messageOf } from "../../platform/errors.ts";
import type { BudgetCode } from "./budget.ts";
import { asDocument, removeActiveContent, removeIndentation } from "./document.ts";

export type BodyKind = "mjml" | "html";

/** A remark about a template as a code, for clients that show their own text. */
export type ProblemCode =
  | BudgetCode
  | "unknown_name"
  | "unfilled_name"
  | "unfilled_field"
  | "source_too_large"
  | "active_content_removed"
  | "mjml_too_long"
  | "not_mjml"
  | "image_not_shown"
  | "images_without_alt"
  | "html_too_large"
  | "link_leads_nowhere"
  | "link_is_private"
  | "link_is_shortened";

/** A remark about a template for its author. An `error` must be fixed before the template can be sent. */
export type Problem = {
  severity: "error" | "warning";
  where: "subject" | "preheader" | "html" | "text";
  /** A plain English sentence. */
  message: string;
  /** Set for everything except syntax mistakes. */
  code?: ProblemCode;
  /** The values in the message, by the names of its placeholders. */
  params?: Record<string, string | number>;
  /** Line in the source, starting at 1. */
  line?: number;
  /** Column in that line, starting at 1. */
  column?: number;
};

/**
 * Compiles the author's source into an HTML document that still contains Liquid: compiles MJML (a few ms; never per
 * recipient), wraps fragments, removes active content. Mistakes are returned as problems; `html` is "" when nothing can
 * be shown.
 */
export async function compileBody(
  kind: BodyKind,
  source: string,
): Promise<{ html: string; problems: Problem[] }> {
  const compiled = kind === "mjml" ? await compileMjml(source) : { html: source, problems: [] };
  if (compiled.html === "") {
    return compiled;
  }
  const { html, removed } = removeActiveContent(asDocument(compiled.html));
  const problems = [...compiled.problems];
  if (removed.length > 0) {
    problems.push({
      severity: "warning",
      where: "html",
      message: `Mail programs do not run ${removed.join(", ")}, so it was removed.`,
      code: "active_content_removed",
      params: { what: removed.join(", ") },
    });
  }
  return { html: removeIndentation(html), problems };
}

// Compiling takes about 1 ms per kB and blocks the thread. Mail clients clip messages of this size anyway.
const MAX_MJML_CHARS = 250_000;

async function compileMjml(source: string): Promise<{ html: string; problems: Problem[] }> {
  if (source.length > MAX_MJML_CHARS) {
    const max = MAX_MJML_CHARS / 1_000;
    const message = `The MJML is too long. The limit is ${max} kB.`;
    const said = { message, code: "mjml_too_long", params: { max } } as const;
    return { html: "", problems: [{ severity: "error", where: "html", ...said }] };
  }
  try {
    const result = await mjml2html(source, {
      validationLevel: "soft",
      ignoreIncludes: true,
      keepComments: false,
      // No web fonts: opening a message must not make it load anything from elsewhere.
      fonts: {},
    });
    return {
      html: result.html,
      problems: result.errors.map((error) => mjmlProblem(error.message, error.line, "warning")),
    };
  } catch (error) {
    const message = messageOf(error);
    return { html: "", problems: [mjmlProblem(message, lineIn(message), "error")] };
  }
}

function mjmlProblem(
  message: string,
  line: number | undefined,
  severity: Problem["severity"],
): Problem {
  const first = message.split("\n")[0]?.trim() ?? "";
  const said = /^(?:Malformed MJML|Parsing failed)/i.test(first)
    ? ({ message: "This is not MJML. It must start with <mjml>.", code: "not_mjml" } as const)
    : { message: first };
  return { severity, where: "html", ...said, ...(line === undefined ? {} : { line }) };
}

function lineIn(message: string): number | undefined {
  const found = /line:? (\d+)/i.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}
