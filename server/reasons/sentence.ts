/**
 * A reason inside another reason. Clients write it in their own words by its code, or show `text`, its English
 * sentence.
 */
export type InnerReason = { code: string; params?: Params; text: string };

/** The values that fill the gaps of a sentence. */
export type Params = { [name: string]: string | number | InnerReason };

/** An English sentence, or a function that fills in its values. */
type Sentence = string | ((params: never) => string);

/** What a code says, with a hint on how to fix the problem where there is one. */
export type Words = Sentence | { says: Sentence; hint: Sentence };

type ParamsOfSentence<S> = S extends (params: infer P) => string ? P : unknown;

/** The values that a code needs; `unknown` if it needs none. */
export type ParamsOf<W> = W extends { says: infer S; hint: infer H }
  ? ParamsOfSentence<S> & ParamsOfSentence<H>
  : ParamsOfSentence<W>;

/** The sentence and the hint of a code, with its values filled in. */
export function filled(words: Words, params: Params): { text: string; hint: string | undefined } {
  if (typeof words === "object") {
    return { text: fill(words.says, params), hint: fill(words.hint, params) };
  }
  return { text: fill(words, params), hint: undefined };
}

function fill(sentence: Sentence, params: Params): string {
  // The types of `because` ensure that all values of a sentence are present; a stored reason may lack some.
  return typeof sentence === "string" ? sentence : sentence(new Proxy(params, complete) as never);
}

const complete: ProxyHandler<Params> = {
  get(params, name) {
    const value = params[String(name)];
    if (value === undefined) {
      throw new Error(`a reason lacks its ${String(name)}`);
    }
    return value;
  },
};

/** A reason that other sentences contain, as a sentence of its own. */
export function asSentence(fault: string | number): string {
  const text = String(fault);
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
