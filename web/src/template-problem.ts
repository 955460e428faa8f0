import { t } from "./template-problem.messages.ts";

const codes = ["too_much_work", "too_much_text", "too_deep", "too_slow"] as const;

/** Describes a mistake in a template with its position, in the reader's language where it has a code. */
export function templateProblem({
  message,
  code,
  line,
  column,
}: {
  message: string;
  code?: string;
  line?: number;
  column?: number;
}): string {
  const known = codes.find((one) => one === code);
  const said = known === undefined ? message : t(known);
  if (line === undefined) {
    return said;
  }
  return column === undefined
    ? t("line", { line, message: said })
    : t("place", { line, column, message: said });
}
