import type { Locale } from "../i18n.ts";

/** A sentence in the languages of the interface. Without `en`, English readers get the sentence that the server sent. */
type Sentence = { en?: string } & Record<Exclude<Locale, "en">, string>;

/** The text of a refusal's code, and its hint if the server sends one. */
export type RefusalWords = Sentence & { hint?: Sentence };
