import { because, type Reason } from "../../platform/errors.ts";
export const MAX_TAG_CHARS = 60;

/** A tag's name for display and folded for comparison, or why it is invalid. */
export type TagName = { name: string; key: string } | { fault: Reason };

/** Normalizes a tag's name: NFC, single spaces, and compared without regard to case. */
export function readTagName(written: string): TagName {
  const name = written.normalize("NFC").trim().replace(/\s+/gu, " ");
  if (name === "") {
    return { fault: because("empty") };
  }
  if (/\p{Cc}|[\u2028\u2029]/u.test(name)) {
    return { fault: because("control_character") };
  }
  if (/[;|]/.test(name)) {
    return { fault: because("tag_separator") };
  }
  return [...name].length > MAX_TAG_CHARS
    ? { fault: because("too_long", { max: MAX_TAG_CHARS }) }
    : { name, key: name.toLowerCase() };
}
