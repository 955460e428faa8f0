/**
 * True for a request not made by a foreign page: its Origin is missing (a program), opaque (a mail client's browser) or
 * our own. This is a second check for pages without sign-in, where the token in the URL grants access and no cookie can
 * be abused.
 */
export function isOwnOrigin(request: Request, publicUrl: string): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origin === "null") {
    return true;
  }
  const host = URL.parse(origin)?.host;
  return host === URL.parse(publicUrl)?.host || host === URL.parse(request.url)?.host;
}
