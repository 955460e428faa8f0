import mjml2html from "mjml";
import type { BudgetCode } from "./budget.ts";
import { asDocument, removeActiveContent, removeIndentation } from "./document.ts";

export type BodyKind = "mjml" | "html";

/** Something about a template that a person should know; an `error` must be mended before it can be sent. */
export type Problem = {
  severity: "error" | "warning";
  where: "subject" | "preheader" | "html" | "text";
  /** A plain sentence. */
  message: string;
  /** Set for what a template may not cost. */
  code?: BudgetCode;
  /** Line of the source, from 1. */
  line?: number;
  /** Column in that line, from 1. */
  column?: number;
};

/**
 * Turns what people wrote into an HTML document with Liquid still in it: compiles MJML (a few ms; never
 * per recipient), wraps fragments, removes active content. Mistakes come back as problems; `html` is ""
 * when there is nothing to show.
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
      message: `Mail programs do not run ${removed.join(", ")}; it was taken out.`,
    });
  }
  return { html: removeIndentation(html), problems };
}

// Compiling takes about a ms per kB and holds up the thread; mail of this size reaches nobody whole.
const MAX_MJML_CHARS = 250_000;

async function compileMjml(source: string): Promise<{ html: string; problems: Problem[] }> {
  if (source.length > MAX_MJML_CHARS) {
    const message = `The MJML is too long: at most ${MAX_MJML_CHARS / 1_000} kB.`;
    return { html: "", problems: [{ severity: "error", where: "html", message }] };
  }
  try {
    const result = await mjml2html(source, {
      validationLevel: "soft",
      ignoreIncludes: true,
      keepComments: false,
      // No web fonts: a message must not load anything by itself.
      fonts: {},
    });
    return {
      html: result.html,
      problems: result.errors.map((error) => mjmlProblem(error.message, error.line, "warning")),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
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
    ? "This is not MJML: it must start with <mjml>."
    : first;
  return { severity, where: "html", message: said, ...(line === undefined ? {} : { line }) };
}

function lineIn(message: string): number | undefined {
  const found = /line:? (\d+)/i.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}
