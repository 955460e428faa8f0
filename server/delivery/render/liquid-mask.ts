const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** Source whose Liquid was replaced by words that HTML parsers leave alone, and the way back. */
export type Masked = {
  text: string;
  /** Puts the Liquid back. */
  restore(text: string): string;
  /** The word for one more piece of Liquid, for text that is added. */
  add(liquid: string): string;
};

/**
 * Replaces every `{{ … }}` and `{% … %}` by a lower-case word, so that quotes and angle brackets inside
 * Liquid cannot confuse an HTML parser and HTML escaping cannot spoil Liquid.
 */
export function maskLiquid(source: string): Masked {
  let nonce = "lq";
  while (source.toLowerCase().includes(nonce)) {
    nonce += String.fromCharCode(97 + (nonce.length % 26));
  }
  const pieces: string[] = [];
  const add = (liquid: string) => `${nonce}${pieces.push(liquid) - 1}z`;
  const word = new RegExp(`${nonce}(\\d+)z`, "g");
  return {
    text: source.replace(LIQUID, add),
    add,
    restore: (text) => text.replace(word, (_, index: string) => pieces[Number(index)] ?? ""),
  };
}
