import type { EngagementFact } from "../../delivery/index.ts";

/** Languages of the pages for recipients; the first is the fallback. */
export const pageLanguages = ["en", "de"] as const;
export type PageLanguage = (typeof pageLanguages)[number];

/** The first supported language of an Accept-Language header (RFC 9110 §12.5.4; weights only determine the order). */
export function pageLanguage(acceptLanguage: string | null): PageLanguage {
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", weight = "q=1"] = part.trim().split(";");
      return { tag: tag.toLowerCase(), weight: Number(weight.replace(/^\s*q=/, "")) || 0 };
    })
    .sort((a, b) => b.weight - a.weight);
  for (const { tag } of wanted) {
    const known = pageLanguages.find((language) => tag.split("-")[0] === language);
    if (known !== undefined) {
      return known;
    }
  }
  return pageLanguages[0];
}

/** The language of a person's page: their own if supported, otherwise their browser's. */
export function languageFor(own: string, request: Request): PageLanguage {
  const base = own.toLowerCase().split("-")[0];
  return (
    pageLanguages.find((language) => language === base) ??
    pageLanguage(request.headers.get("accept-language"))
  );
}

/** Signs in a request that no person clicked: a HEAD request, or a prefetch. */
export function requestHint(request: Request): EngagementFact["hint"] {
  if (request.method === "HEAD") {
    return "head";
  }
  const purposes = ["purpose", "sec-purpose", "x-purpose", "x-moz"].map(
    (name) => request.headers.get(name)?.toLowerCase() ?? "",
  );
  return purposes.some((value) => /prefetch|prerender|preview/.test(value))
    ? "prefetch"
    : undefined;
}

/**
 * `anna.smith@example.org` as `a•••@example.org`: enough to recognise one's own address, too little to learn someone
 * else's.
 */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}

const MAX_AGENT_CHARS = 400;

/** The User-Agent as it is stored: a single line of limited length. */
export function agentOf(request: Request): string {
  return (request.headers.get("user-agent") ?? "").slice(0, MAX_AGENT_CHARS);
}
