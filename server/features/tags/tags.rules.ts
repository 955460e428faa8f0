export const MAX_TAG_CHARS = 60;

/** A tag's name as it is shown, and folded as it is compared; or why it cannot be one. */
export type TagName = { name: string; key: string } | { fault: string };

/** Normalises a tag's name: NFC, one space between words, and compared without regard to letter case. */
export function readTagName(written: string): TagName {
  const name = written.normalize("NFC").trim().replace(/\s+/gu, " ");
  if (name === "") {
    return { fault: "is empty" };
  }
  if (/\p{Cc}|[\u2028\u2029]/u.test(name)) {
    return { fault: "holds a control character" };
  }
  if (/[;|]/.test(name)) {
    return { fault: "holds ; or |, which separate tags in a file" };
  }
  return [...name].length > MAX_TAG_CHARS
    ? { fault: `is longer than ${MAX_TAG_CHARS} characters` }
    : { name, key: name.toLowerCase() };
}
