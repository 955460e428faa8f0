/** A part of a template: Liquid including its delimiters, or the text in between. */
export type TemplatePart = { text: string; isLiquid: boolean; at: number };

const CLOSERS = { "{{": "}}", "{%": "%}" } as const;

/**
 * Splits a template at its `{{ … }}` and `{% … %}` in linear time for any input. A regular expression would try every
 * unclosed brace against all the text that follows.
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
      // This kind of delimiter is never closed in the rest of the source.
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

// `next` caches the next position of each opener (-1 = none), so that no text is searched twice.
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

/** Transforms the text around the Liquid of a template, or the Liquid itself. */
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

/** The first Liquid part that mentions a name; undefined when there is none. */
export function findLiquid(source: string, name: string): TemplatePart | undefined {
  return splitLiquid(source).find((part) => part.isLiquid && part.text.includes(name));
}

/** A position in a source; both numbers start at 1. */
export type Position = { line: number; column: number };

/** The line and column of an offset in a source. */
export function positionAt(source: string, at: number): Position {
  const lines = source.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** A source whose Liquid is replaced by placeholder words that an HTML parser leaves unchanged. */
export type Masked = {
  text: string;
  /** Replaces the placeholders with the Liquid that they stand for. */
  restore(text: string): string;
  /** Returns a placeholder for another piece of Liquid, for text that is inserted. */
  add(liquid: string): string;
};

/**
 * Replaces every `{{ … }}` and `{% … %}` with a lower-case word, so that quotes and angle brackets inside Liquid cannot
 * confuse an HTML parser, and HTML escaping cannot corrupt Liquid.
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
