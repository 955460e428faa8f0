import { signal } from "@preact/signals";
import { formatDate } from "./format.ts";
import { locale } from "./i18n.ts";
import { fillMessage, type Params } from "./icu.ts";
import type { RefusalWords } from "./refusals/words.ts";

/** A reason inside another one. */
export type InnerReason = { code: string; params?: Values | undefined; text: string };

type Values = { [name: string]: string | number | InnerReason };

/** A sentence from the server, with the code and values from which it can be translated. */
export type Coded = { code?: string | undefined; params?: Values | undefined };

/** A reason with its hint, as the server sends it. */
export type Told = Coded & { reason: string; hint?: string | undefined };

/** What is wrong with a field. */
export type FieldProblem = Told & { field: string };

/** Undefined until they are loaded. A component that shows a reason is then rendered again. */
const known = signal<Record<string, RefusalWords> | undefined>(undefined);

/**
 * Loads the texts of refusals, which most visits do not need. Until they are loaded, and if they cannot be loaded, the
 * server's own sentences are shown.
 */
export async function loadRefusalWords(): Promise<void> {
  if (known.peek() === undefined) {
    const loaded = await import("./refusals/all.ts").catch(() => undefined);
    known.value = loaded?.refusalWords;
  }
}

/** The reason in the reader's language, or undefined if only the server has a sentence for it. */
export function wordedReason({ code = "", params = {} }: Coded): string | undefined {
  const sentence = wordsOf(code)?.[locale.value];
  return sentence === undefined ? undefined : fillMessage(sentence, wordedIn(params), locale.value);
}

/** Why something is paused: a reason in the reader's language, or the words of a server or a person. */
export function causeText(said: string | InnerReason, cause?: Coded | null): string {
  const text = typeof said === "string" ? said : said.text;
  return wordedReason(cause ?? (typeof said === "string" ? {} : said)) ?? text;
}

/** `at` is a day, in Unix ms. */
function wordedIn(values: Values): Params {
  const worded = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "object"
      ? causeText(value)
      : name === "at"
        ? formatDate(Number(value))
        : value,
  ]);
  return Object.fromEntries(worded) as Params;
}

/** A reason as a sentence, followed by its hint. */
export function reasonWithHint(told: Told): string {
  const said = wordedReason(told) ?? sentenceOf(told.reason);
  const hint = hintOf(told);
  return hint === undefined ? said : `${said} ${hint}`;
}

function hintOf({ code = "", params = {}, hint }: Told): string | undefined {
  const sentence = wordsOf(code)?.hint?.[locale.value];
  return hint === undefined || sentence === undefined
    ? hint
    : fillMessage(sentence, wordedIn(params), locale.value);
}

/** The server's reason, which follows the name of a field, turned into a sentence of its own. */
function sentenceOf(reason: string): string {
  const sentence = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

function wordsOf(code: string): RefusalWords | undefined {
  const words = known.value;
  if (words === undefined && code !== "") {
    void loadRefusalWords();
  }
  return words !== undefined && Object.hasOwn(words, code) ? words[code] : undefined;
}
