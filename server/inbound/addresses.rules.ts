import { domainToASCII } from "node:url";

/** The addresses of a domain that are not about one message: RFC 2142, and where providers send reports. */
export type Role = "postmaster" | "abuse" | "feedback" | "dmarc";

const ROLES: Record<string, Role> = {
  postmaster: "postmaster",
  "mailer-daemon": "postmaster",
  abuse: "abuse",
  feedback: "feedback",
  fbl: "feedback",
  dmarc: "dmarc",
};

// Nothing that any server reads as a route: no quotes, no `%`, no `!`, no `@`, no colon.
const LOCAL_PART = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const DOMAIN =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/**
 * The two halves of a recipient of ours, in lower case, the domain as A-label; undefined for everything
 * that no address of ours looks like. `postmaster` alone is an address too (RFC 5321 §4.5.1); its domain is
 * empty then.
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
  // Lower-cased only once it is ASCII: some characters beyond it fold to letters within.
  if (!/^[A-Za-z0-9-]{1,64}$/.test(local) || !/^[\p{L}\p{M}\p{N}.-]{1,253}$/u.test(written)) {
    return undefined;
  }
  const folded = local.toLowerCase();
  const domain = domainToASCII(written);
  return LOCAL_PART.test(folded) && DOMAIN.test(domain) ? { local: folded, domain } : undefined;
}

/** What a local part stands for when it is no token. */
export function roleOf(local: string): Role | undefined {
  return Object.hasOwn(ROLES, local) ? ROLES[local] : undefined;
}

/** The names a sending domain may have for mail to `domain`: itself, or the one above (`bounce.example.com`). */
export function owningNames(domain: string): string[] {
  const above = domain.slice(domain.indexOf(".") + 1);
  return above.includes(".") ? [domain, above] : [domain];
}
