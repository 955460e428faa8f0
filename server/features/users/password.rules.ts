/** Shortest password. NIST SP 800-63B §3.1.1.2 asks for length, not for kinds of characters. */
export const MIN_PASSWORD_CHARS = 12;
/** Longest password. More characters would only cost hashing time. */
export const MAX_PASSWORD_CHARS = 256;
const FEWEST_DIFFERENT_CHARS = 5;

/** What is wrong with a new password and how to fix it; undefined when it is acceptable. */
export function passwordFault(
  password: string,
  email: string,
): { reason: string; hint: string } | undefined {
  const chars = [...password];
  if (chars.length < MIN_PASSWORD_CHARS) {
    return {
      reason: `it has ${chars.length} characters; ${MIN_PASSWORD_CHARS} is the least`,
      hint: "Four or five unrelated words are easy to remember and hard to guess.",
    };
  }
  if (chars.length > MAX_PASSWORD_CHARS) {
    return { reason: `it is longer than ${MAX_PASSWORD_CHARS} characters`, hint: "Shorten it." };
  }
  if (new Set(chars).size < FEWEST_DIFFERENT_CHARS) {
    return {
      reason: "it repeats the same few characters",
      hint: "Four or five unrelated words are easy to remember and hard to guess.",
    };
  }
  const lower = password.toLowerCase();
  const address = email.toLowerCase();
  if (lower === address || (address !== "" && lower.includes(address))) {
    return { reason: "it is the e-mail address", hint: "Choose something nobody can look up." };
  }
  return undefined;
}
