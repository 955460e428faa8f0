import type { Problem } from "./body.ts";
import {
  parseTemplate,
  refuseReservedNames,
  TemplateError,
  templateRoots,
  variablesOf,
} from "./liquid-engine.ts";
import { findLiquid, type Position, positionAt } from "./liquid-mask.ts";

const CLIPPED_AT_CHARS = 102 * 1024;
const known: Record<string, readonly string[]> = {
  contact: ["email", "first_name", "last_name", "language"],
  workspace: ["name", "postal_address"],
  campaign: ["name", "subject"],
};

export type LintOptions = {
  where: Problem["where"];
  /** Keys of the workspace's custom fields; undefined = accept any name after `contact.`. */
  fieldKeys?: readonly string[] | undefined;
  /** False when the size of the compiled output is checked elsewhere. */
  checksSize?: boolean;
};

/**
 * Checks the Liquid of a template. Syntax mistakes are errors, with their line; unknown names and HTML that Gmail would
 * clip are warnings. Never throws.
 */
export function lintTemplate(source: string, options: LintOptions = { where: "html" }): Problem[] {
  const target = options.where === "html" ? "html" : "text";
  try {
    refuseReservedNames(source);
    parseTemplate(source, target);
    const problems = (variablesOf(source, target) ?? []).flatMap((path) => {
      const said = unknownName(path, options.fieldKeys);
      return said === undefined ? [] : [warning(options, said, positionOf(source, path))];
    });
    const checksSize = target === "html" && options.checksSize !== false;
    if (checksSize && source.length > CLIPPED_AT_CHARS) {
      const size = Math.ceil(source.length / 1024);
      problems.push(
        warning(options, {
          message: `The source is ${size} kB. Gmail cuts off HTML over 102 kB.`,
          code: "source_too_large",
          params: { size },
        }),
      );
    }
    return problems;
  } catch (error) {
    if (!(error instanceof TemplateError)) {
      throw error;
    }
    return [problemOf(error, options.where)];
  }
}

/** Describes a template mistake for the template's author. */
export function problemOf(error: TemplateError, where: Problem["where"]): Problem {
  return {
    severity: "error",
    where,
    message: error.message,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.column === undefined ? {} : { column: error.column }),
  };
}

type Said = Pick<Problem, "message" | "code" | "params">;

function warning(options: LintOptions, said: Said, at?: Position): Problem {
  return { severity: "warning", where: options.where, ...said, ...at };
}

function unknownName(path: string[], fieldKeys: readonly string[] | undefined): Said | undefined {
  const [root = "", name] = path;
  if (!(templateRoots as readonly string[]).includes(root)) {
    const written = path.join(".");
    return {
      message: `There is no value "${written}". Values of a contact begin with contact, such as contact.first_name.`,
      code: "unknown_name",
      params: { name: written },
    };
  }
  const names = known[root];
  if (names === undefined || name === undefined) {
    return undefined;
  }
  const isCustom = root === "contact" && (fieldKeys === undefined || fieldKeys.includes(name));
  if (names.includes(name) || isCustom) {
    return undefined;
  }
  const isField = root === "contact";
  const hint = isField ? ", because it is not a field of your contacts" : "";
  return {
    message: `"${root}.${name}" has no value${hint}. It will be empty.`,
    code: isField ? "unfilled_field" : "unfilled_name",
    params: { name: `${root}.${name}` },
  };
}

function positionOf(source: string, path: string[]): Position | undefined {
  const found = findLiquid(source, path.join("."));
  return found === undefined ? undefined : positionAt(source, found.at);
}
