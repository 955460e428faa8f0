export const MAX_TAG_CHARS = 60;

/** A tag's name for display and folded for comparison, or why it is invalid. */
export type TagName = { name: string; key: string } | { fault: string };

/** Normalizes a tag's name: NFC, single spaces, and compared without regard to case. */
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
