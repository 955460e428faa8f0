/** A stretch of a template: Liquid with its braces, or what stands between. */
export type TemplatePart = { text: string; isLiquid: boolean; at: number };

const CLOSERS = { "{{": "}}", "{%": "%}" } as const;

/**
 * Splits a template at its `{{ … }}` and `{% … %}`, in time linear in its length whatever is in it: a
 * regular expression would try every unclosed brace against all that follows.
 */
export function splitLiquid(source: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const next = { "{{": -2, "{%": -2 };
  let from = 0;
  for (;;) {
    const opener = firstOpener(source, from, next);
    if (opener === undefined) {
      break;
    }
    const at = next[opener];
    const end = source.indexOf(CLOSERS[opener], at + 2);
    if (end < 0) {
      // Nothing of this kind is closed from here on.
      next[opener] = -1;
      continue;
    }
    if (at > from) {
      parts.push({ text: source.slice(from, at), isLiquid: false, at: from });
    }
    parts.push({ text: source.slice(at, end + 2), isLiquid: true, at });
    from = end + 2;
  }
  if (from < source.length) {
    parts.push({ text: source.slice(from), isLiquid: false, at: from });
  }
  return parts;
}

// `next` remembers where each opener is found next, -1 when nowhere, so that nothing is searched twice.
function firstOpener(source: string, from: number, next: Record<"{{" | "{%", number>) {
  for (const opener of ["{{", "{%"] as const) {
    if (next[opener] !== -1 && next[opener] < from) {
      next[opener] = source.indexOf(opener, from);
    }
  }
  const [output, tag] = [next["{{"], next["{%"]];
  if (output < 0 && tag < 0) {
    return undefined;
  }
  return tag < 0 || (output >= 0 && output < tag) ? "{{" : "{%";
}

/** Changes the text between the Liquid of a template, or the Liquid itself. */
export function mapTemplate(
  source: string,
  change: { liquid?: (text: string, at: number) => string; other?: (text: string) => string },
): string {
  const { liquid = same, other = same } = change;
  return splitLiquid(source)
    .map(({ text, isLiquid, at }) => (isLiquid ? liquid(text, at) : other(text)))
    .join("");
}

const same = (text: string) => text;

/** The Liquid of a template that mentions a name, and where; undefined when none does. */
export function findLiquid(source: string, name: string): TemplatePart | undefined {
  return splitLiquid(source).find((part) => part.isLiquid && part.text.includes(name));
}

/** Where something is in a source; both count from 1. */
export type Position = { line: number; column: number };

/** The line and column of an offset in a source. */
export function positionAt(source: string, at: number): Position {
  const lines = source.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

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
  const lower = source.toLowerCase();
  let nonce = "lq";
  for (let i = 0; lower.includes(nonce); i++) {
    nonce = `lq${i.toString(36)}q`;
  }
  const pieces: string[] = [];
  const add = (liquid: string) => `${nonce}${pieces.push(liquid) - 1}z`;
  const word = new RegExp(`${nonce}(\\d+)z`, "g");
  return {
    text: mapTemplate(source, { liquid: add }),
    add,
    restore: (text) => text.replace(word, (_, index: string) => pieces[Number(index)] ?? ""),
  };
}
