import { t } from "./field-fault.messages.ts";
import type { Params } from "./icu.ts";

/** What is wrong with a field, as the server sends it. `code` is missing where only the server has words for it. */
export type FieldProblem = {
  field: string;
  reason: string;
  hint?: string;
  code?: string;
  params?: Params;
};

/** The sentence for a field's problem in the reader's language, or undefined when it has no code. */
export function wordedFault({ code, params }: FieldProblem): string | undefined {
  const known = codes.find((one) => one === code);
  return known === undefined ? undefined : t(known, params);
}

const codes = Object.keys(t.catalogue) as (keyof typeof t.catalogue)[];
