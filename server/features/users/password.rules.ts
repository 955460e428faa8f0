import { because, type Reason } from "../../platform/errors.ts";
/** Shortest password. NIST SP 800-63B §3.1.1.2 requires length and advises against rules about kinds of characters. */
export const MIN_PASSWORD_CHARS = 12;
/** Longest password. More characters would only cost hashing time. */
export const MAX_PASSWORD_CHARS = 256;
const FEWEST_DIFFERENT_CHARS = 5;

/** What is wrong with a new password and how to fix it; undefined when it is acceptable. */
export function passwordFault(password: string, email: string): Reason | undefined {
  const chars = [...password];
  if (chars.length < MIN_PASSWORD_CHARS) {
    return because("password_short", { length: chars.length, min: MIN_PASSWORD_CHARS });
  }
  if (chars.length > MAX_PASSWORD_CHARS) {
    return because("password_long", { max: MAX_PASSWORD_CHARS });
  }
  if (new Set(chars).size < FEWEST_DIFFERENT_CHARS) {
    return because("password_repeats");
  }
  const lower = password.toLowerCase();
  const address = email.toLowerCase();
  if (lower === address || (address !== "" && lower.includes(address))) {
    return because("password_is_address");
  }
  return undefined;
}
