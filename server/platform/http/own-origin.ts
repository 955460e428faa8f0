/**
 * True for a request that no foreign page made: its Origin is missing, as from a program, or opaque, as from a
 * mail client's browser, or our own. For pages without sign-in, where the token in the address is the
 * permission and no cookie could be abused, so that this is a second lock.
 */
export function isOwnOrigin(request: Request, publicUrl: string): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origin === "null") {
    return true;
  }
  const host = URL.parse(origin)?.host;
  return host === URL.parse(publicUrl)?.host || host === URL.parse(request.url)?.host;
}
