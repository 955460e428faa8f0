/** A server's reply, found in a text written for people. */
export type FoundReply = { code: number; enh: string; text: string };

const MAX_REPLY_CHARS = 300;
// RFC 3463 §3 defines subjects up to 7, so `4.92.3` is a program version.
const ENHANCED = /(?<![\d.])([45]\.[0-7]\.\d{1,3})(?!\d|\.\d)/;
// Matches `550 5.1.1`, `550-5.1.1`, `554: delivery error`, `smtp;550`; but not a port, a year, a telephone number, a
// size, or part of a number. The second digit of a reply code is at most 7.
const CODE =
  /(?<![\d.,:/-])([45][0-57]\d)(?=[ :)]|-(?!\d)|$)(?! (?:bytes?|octets?|[kmg]i?b|people|users|messages|days?|hours?|minutes?|seconds?|recipients|copies)\b)/i;

/** Collapses white space, removes control characters, and truncates to 300 characters. */
export function tidy(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach a page
  const plain = text.slice(0, 4_000).replace(/[\u0000-\u001f\u007f\s]+/g, " ");
  return plain.trim().slice(0, MAX_REPLY_CHARS);
}

/** The first enhanced status code in a text (RFC 3463); empty when there is none. */
export function enhancedIn(text: string): string {
  return ENHANCED.exec(text)?.[1] ?? "";
}

/** The first reply code of class 4 or 5 in a text; 0 when there is none. */
export function codeIn(text: string): number {
  return Number(CODE.exec(text)?.[1] ?? 0);
}

/** The reply code implied by an enhanced code, for reports that contain only the latter. */
export function codeFor(enh: string): number {
  if (enh === "") {
    return 0;
  }
  const isFull = enh === "5.2.2" || enh === "5.3.4";
  return enh.startsWith("4") ? 450 : isFull ? 552 : 550;
}

/**
 * The reply code, enhanced code and text found in `words`; an enhanced code that is missing there is taken from
 * `status`.
 */
export function readServerWords(words: string, status = ""): FoundReply {
  const inWords = enhancedIn(words);
  const given = enhancedIn(status);
  // `5.0.0` is unspecific; the server's text may contain a more precise code.
  const isVague = given === "" || /^[45]\.0\.0$/.test(given);
  const enh = isVague && inWords !== "" ? inWords : given;
  return { code: codeIn(words) || codeFor(enh), enh, text: tidy(words) };
}
