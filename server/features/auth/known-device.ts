import { randomBytes } from "node:crypto";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";

const COOKIE = "swiftmail_device";
const PURPOSE = "sign-in-device";
const LIFE_SECONDS = 365 * 86_400;

/**
 * A Set-Cookie value that marks a browser in which a person has signed in. It grants no access: it only gives the
 * browser sign-in attempts of its own, so that strangers who guess passwords cannot lock the account's owner out.
 *
 * @see OWASP, "Slow Down Online Guessing Attacks with Device Cookies"
 */
export function deviceCookie(keyRing: KeyRing, userId: string, isSecure: boolean): string {
  const device = `${userId}.${randomBytes(16).toString("base64url")}`;
  const value = encryptSecret(keyRing, PURPOSE, device);
  const attributes = `Path=/api/v1/auth; Max-Age=${LIFE_SECONDS}; HttpOnly; SameSite=Lax`;
  return `${COOKIE}=${value}; ${attributes}${isSecure ? "; Secure" : ""}`;
}

/** Returns the id of the device in a Cookie header if this user has signed in on it before; otherwise undefined. */
export function knownDevice(
  keyRing: KeyRing,
  userId: string,
  cookieHeader: string | null,
): string | undefined {
  const value = new Bun.CookieMap(cookieHeader ?? "").get(COOKIE);
  if (value === null) {
    return undefined;
  }
  try {
    const device = decryptSecret(keyRing, PURPOSE, value);
    return device.startsWith(`${userId}.`) ? device : undefined;
  } catch {
    // The cookie is foreign, altered, or sealed with a key that no longer exists. The browser then counts as unknown.
    return undefined;
  }
}
