import type { ConsentAction } from "./consent.store.ts";

/**
 * A consent entry as a file of contacts contains it. Such an entry is only a claim, because anyone with access to the
 * file could have written it. It is never stored as if we had recorded it.
 */
export type ConsentClaim = {
  /** ISO 8601: when the consent was recorded at its origin. */
  at: string;
  action: ConsentAction;
  /** Names of the lists; empty means all mail. */
  lists: string[];
  source: string;
  actor: string;
  wording?: string;
  ip?: string;
  userAgent?: string;
  /** JSON of a double opt-in. */
  proof?: string;
  detail?: string;
};

const MAX_CLAIMS = 500;
const MAX_LISTS = 200;
const MAX_NAME_CHARS = 200;
const MAX_CHARS = { wording: 4_000, ip: 100, userAgent: 1_000, proof: 5_000, detail: 2_000 };
const OPTIONAL = ["wording", "ip", "userAgent", "proof", "detail"] as const;

/** Reads the claims in a cell, or reports why they cannot be read. */
export function readClaims(cell: string): { claims: ConsentClaim[] } | { fault: string } {
  if (cell.trim() === "") {
    return { claims: [] };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(cell);
  } catch {
    return { fault: "is not JSON" };
  }
  if (!Array.isArray(parsed) || parsed.length > MAX_CLAIMS) {
    return { fault: `is not a JSON array of at most ${MAX_CLAIMS} entries` };
  }
  const claims = parsed.map(readClaim);
  return claims.every((claim) => claim !== undefined)
    ? { claims }
    : { fault: "has an entry that is not a consent entry" };
}

function readClaim(value: unknown): ConsentClaim | undefined {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const { at, action, lists, source, actor } = value as Partial<ConsentClaim>;
  const isKnown = action === "given" || action === "withdrawn" || action === "changed";
  const when = typeof at === "string" ? Date.parse(at) : Number.NaN;
  if (
    !isKnown ||
    Number.isNaN(when) ||
    !isText(source, MAX_NAME_CHARS) ||
    !isText(actor, MAX_NAME_CHARS) ||
    !Array.isArray(lists) ||
    lists.length > MAX_LISTS ||
    !lists.every((name) => isText(name, MAX_NAME_CHARS))
  ) {
    return undefined;
  }
  const claim: ConsentClaim = { at: new Date(when).toISOString(), action, lists, source, actor };
  for (const name of OPTIONAL) {
    const text = (value as Partial<ConsentClaim>)[name];
    if (text !== undefined && !isText(text, Number.MAX_SAFE_INTEGER)) {
      return undefined;
    }
    if (text !== undefined && text !== "") {
      claim[name] = text.slice(0, MAX_CHARS[name]);
    }
  }
  return claim;
}

const isText = (value: unknown, maxChars: number): value is string =>
  typeof value === "string" && value.length <= maxChars && !value.includes("\u0000");

/** Identifies an entry, so that importing the same file twice adds nothing. */
export const claimKey = ({ at, action, source }: ConsentClaim): string =>
  [at, action, source].join(" ");

/** How an imported entry describes itself in the consent log. */
export function claimDetail({ at, action, source }: ConsentClaim): string {
  return `According to the imported file: ${action} on ${at} (${source})`;
}
