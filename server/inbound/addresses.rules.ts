import { domainToASCII } from "node:url";

/**
 * Role addresses of a domain, which are not about a particular message: RFC 2142, and addresses where providers send
 * reports.
 */
export type Role = "postmaster" | "abuse" | "feedback" | "dmarc";

const ROLES: Record<string, Role> = {
  postmaster: "postmaster",
  "mailer-daemon": "postmaster",
  abuse: "abuse",
  feedback: "feedback",
  fbl: "feedback",
  dmarc: "dmarc",
};

// Excludes everything that a server might interpret as a route: quotes, `%`, `!`, `@`, colon.
const LOCAL_PART = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const DOMAIN =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * Splits a recipient into local part and domain, in lower case, the domain as A-label; undefined when it cannot be one
 * of our addresses. `postmaster` alone is also valid (RFC 5321 §4.5.1) and yields an empty domain.
 */
export function splitRecipient(recipient: string): { local: string; domain: string } | undefined {
  if (recipient.length > 320) {
    return undefined;
  }
  if (recipient.toLowerCase() === "postmaster") {
    return { local: "postmaster", domain: "" };
  }
  const at = recipient.indexOf("@");
  const local = recipient.slice(0, Math.max(0, at));
  const written = recipient.slice(at + 1);
  // Lower-cased only after checking that it is ASCII: some other characters, such as the Kelvin sign, fold to ASCII
  // letters.
  if (!/^[A-Za-z0-9-]{1,64}$/.test(local) || !/^[\p{L}\p{M}\p{N}.-]{1,253}$/u.test(written)) {
    return undefined;
  }
  const folded = local.toLowerCase();
  const domain = domainToASCII(written);
  return LOCAL_PART.test(folded) && DOMAIN.test(domain) ? { local: folded, domain } : undefined;
}

/** The role of a local part that is not a token. */
export function roleOf(local: string): Role | undefined {
  return Object.hasOwn(ROLES, local) ? ROLES[local] : undefined;
}

/** The names under which mail to `domain` may be claimed: itself, or its parent domain (for `bounce.example.com`). */
export function owningNames(domain: string): string[] {
  const above = domain.slice(domain.indexOf(".") + 1);
  return above.includes(".") ? [domain, above] : [domain];
}
