/** Text that identifies a person: an address, or both parts of a name. */
export type Naming = { addresses: readonly string[]; names: readonly (readonly string[])[] };

/** Shorter base64 runs cannot contain an address or name and are not decoded. */
const BASE64_RUN = /(?:[A-Za-z0-9+/]{4,}[ \t]*\r?\n?)+={0,2}/g;
const SHORTEST_BASE64 = 12;

/** True when a text names the person, ignoring case. */
export function mentions(text: string, who: Naming): boolean {
  const lower = text.toLowerCase();
  return (
    who.addresses.some((address) => lower.includes(address.toLowerCase())) ||
    who.names.some(
      (parts) => parts.length > 1 && parts.every((part) => lower.includes(part.toLowerCase())),
    )
  );
}

/** Replaces an address. It is neither an address nor the beginning of one. */
const REDACTED = "[erased]";

// Characters that make a match part of a longer address: joann@example.com does not name ann@example.com.
const LONGER_LOCAL = "(?<![\\p{L}\\p{N}._%+-])";
const LONGER_DOMAIN = "(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])";

/** Removes the person's addresses, ignoring case. Longer addresses that contain one of them stay. */
export function redact(text: string, { addresses }: Pick<Naming, "addresses">): string {
  return addresses.reduce(
    (left, address) =>
      left.replace(
        new RegExp(`${LONGER_LOCAL}${RegExp.escape(address)}${LONGER_DOMAIN}`, "giu"),
        () => REDACTED,
      ),
    text,
  );
}

/** Removes the person's addresses anywhere in the text. For labels and reports, which select nobody. */
export function redactLabel(text: string, { addresses }: Pick<Naming, "addresses">): string {
  return addresses.reduce(
    (left, address) => left.replace(new RegExp(RegExp.escape(address), "giu"), () => REDACTED),
    text,
  );
}

/** Local parts of role addresses, which say nothing about a person. */
const OFFICES = new Set(
  "info mail email office contact kontakt admin sales support hello hallo news newsletter team post service".split(
    " ",
  ),
);
const SHORTEST_HINT = 3;

/**
 * Words that may be about the person but also about others: parts of a name, and of the local part. Texts that
 * contain them are listed for a person to check and never changed automatically.
 *
 * @param own More such words: parts of the name, domains that no other contact has.
 */
export function hintsOf({ addresses }: Naming, own: readonly string[]): string[] {
  const locals = addresses.map((address) => address.slice(0, address.lastIndexOf("@")));
  const parts = locals.flatMap((local) => local.split(/[._+-]/));
  const words = [...own, ...locals, ...parts].map((word) => word.trim().toLowerCase());
  return [...new Set(words)].filter(
    (word) => [...word].length >= SHORTEST_HINT && !OFFICES.has(word),
  );
}

const hintPattern = (hint: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}_])${RegExp.escape(hint)}(?![\\p{L}\\p{N}_])`, "giu");

/** True when one of the words occurs in the text as a whole word. */
export const hints = (text: string, words: readonly string[]): boolean =>
  words.some((word) => hintPattern(word).test(text));

/** Removes these words. Only for texts that nothing uses any more. */
export const redactHints = (text: string, words: readonly string[]): string =>
  words.reduce((left, word) => left.replace(hintPattern(word), () => REDACTED), text);

/** Rewrites the strings of a JSON text; "" stays unchanged. */
export function rewriteJson(json: string, rewrite: (text: string) => string): string {
  return json === ""
    ? ""
    : JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
        typeof value === "string" ? rewrite(value) : value,
      );
}

/**
 * True when a raw message names the person: in clear, or encoded as quoted-printable or base64, in a header or a part
 * at any depth.
 */
export function mailMentions(raw: Uint8Array, who: Naming): boolean {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const wire = bytes.toString("latin1");
  if (mentions(bytes.toString("utf8"), who) || mentions(wire, who)) {
    return true;
  }
  if (wire.includes("=") && mentions(fromQuotedPrintable(wire), who)) {
    return true;
  }
  for (const [run] of wire.matchAll(BASE64_RUN)) {
    if (run.length >= SHORTEST_BASE64) {
      const decoded = Buffer.from(run, "base64");
      if (mentions(decoded.toString("utf8"), who) || mentions(decoded.toString("latin1"), who)) {
        return true;
      }
    }
  }
  return false;
}

function fromQuotedPrintable(wire: string): string {
  const octets = wire
    .replace(/=[ \t]*\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(octets, "latin1").toString("utf8");
}
