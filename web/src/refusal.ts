import { locale } from "./i18n.ts";
import { fillMessage, type Params } from "./icu.ts";
import type { RefusalWords } from "./refusals/words.ts";

/** A sentence of the server, with the code and values with which it can be worded here. */
export type Coded = { code?: string; params?: Params };

/** What is wrong with a field, as the server sends it. */
export type FieldProblem = Coded & { field: string; reason: string; hint?: string };

let known: Record<string, RefusalWords> = {};

/**
 * Loads the words of refusals: most visits meet none. Until then, and when they cannot be loaded, the server's own
 * sentences are shown.
 */
export async function loadRefusalWords(): Promise<void> {
  if (Object.keys(known).length === 0) {
    const loaded = await import("./refusals/all.ts").catch(() => undefined);
    known = loaded?.refusalWords ?? {};
  }
}

/** The reason in the reader's language, or undefined when only the server has words for it. */
export function wordedReason({ code = "", params = {} }: Coded): string | undefined {
  const sentence = wordsOf(code)?.[locale.value];
  return sentence === undefined ? undefined : fillMessage(sentence, params, locale.value);
}

/** The hint of a field's problem in the reader's language: where there are no words for it, that of the server. */
export function wordedHint({ code = "", params = {}, hint }: FieldProblem): string | undefined {
  const sentence = wordsOf(code)?.hint?.[locale.value];
  return hint === undefined || sentence === undefined
    ? hint
    : fillMessage(sentence, params, locale.value);
}

function wordsOf(code: string): RefusalWords | undefined {
  return Object.hasOwn(known, code) ? known[code] : undefined;
}
