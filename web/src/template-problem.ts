import { t } from "./template-problem.messages.ts";

const codes = ["too_much_work", "too_much_text", "too_deep", "too_slow"] as const;

/** What is wrong with a template, in the reader's language as far as it has a code, with its line. */
export function templateProblem({
  message,
  code,
  line,
}: {
  message: string;
  code?: string;
  line?: number;
}): string {
  const known = codes.find((one) => one === code);
  const said = known === undefined ? message : t(known);
  return line === undefined ? said : t("line", { line, message: said });
}
