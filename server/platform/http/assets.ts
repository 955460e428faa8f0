import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Elysia } from "elysia";
import { notFound } from "../errors.ts";
import type { Asset, AssetManifest } from "./asset-manifest.ts";

const INDEX = "/index.html";
const YEAR_SECONDS = 31_536_000;

/** Paths of the API and of recipient pages: an unknown one is a 404, never the application's page. */
const RESERVED = /^\/(api|o|c|u|p|v|healthz|readyz|metrics|openapi\.json)(\/|$)/;

type Encoding = "br" | "gzip" | "identity";
type Reader = (path: string) => Uint8Array<ArrayBuffer>;

/**
 * Serves the built web UI embedded in the binary. `/` and every path without an extension return the application's
 * page, so that any page can be reloaded. Answers everything with 404 when the manifest is empty (in development, where
 * Vite serves the pages).
 */
export function assetRoutes(manifest: AssetManifest) {
  const serve = assetServer(manifest, (path) => Uint8Array.from(readFileSync(path)));
  const answer = ({ request }: { request: Request }) => {
    const response = serve(request);
    if (response === undefined) {
      throw notFound("page");
    }
    return response;
  };
  const detail = { hide: true, "x-access": "open: the pages hold no data" } as object;
  return new Elysia({ name: "assets" })
    .get("/", answer, { detail })
    .get("/*", answer, { detail })
    .head("/", answer, { detail })
    .head("/*", answer, { detail });
}

/**
 * Returns a handler for GET and HEAD requests to pages and assets; its answer is undefined when nothing matches. Each
 * variant of a file is read on its first request and then cached.
 */
export function assetServer(manifest: AssetManifest, read: Reader) {
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  const body = (path: string) => {
    const known = bodies.get(path) ?? read(path);
    bodies.set(path, known);
    return known;
  };
  const index = manifest[INDEX];
  let pageHeaders: Record<string, string> | undefined;
  const policy = (asset: Asset) => {
    if (asset !== index) {
      return undefined;
    }
    pageHeaders ??= pagePolicy(new TextDecoder().decode(body(asset.path)));
    return pageHeaders;
  };

  return (request: Request): Response | undefined => {
    const found = assetAt(manifest, new URL(request.url).pathname);
    if (found === undefined) {
      return undefined;
    }
    const encoding = negotiate(request.headers.get("accept-encoding"), found);
    const etag = encoding === "identity" ? `"${found.etag}"` : `"${found.etag}-${encoding}"`;
    const headers = {
      etag,
      vary: "accept-encoding",
      "cache-control": found.immutable ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache",
      "x-content-type-options": "nosniff",
      ...policy(found),
    };
    if (isFresh(request.headers.get("if-none-match"), etag)) {
      return new Response(null, { status: 304, headers });
    }
    const bytes = body(variant(found, encoding));
    // For a HEAD request, the HTTP server omits the body and keeps the Content-Length.
    return new Response(bytes, {
      headers: {
        ...headers,
        "content-type": found.type,
        "content-length": String(bytes.byteLength),
        ...(encoding === "identity" ? undefined : { "content-encoding": encoding }),
      },
    });
  };
}

function assetAt(manifest: AssetManifest, path: string): Asset | undefined {
  if (RESERVED.test(path)) {
    return undefined;
  }
  if (Object.hasOwn(manifest, path)) {
    return manifest[path];
  }
  const isPage = !path.startsWith("/assets/") && !/\.\w+$/.test(path);
  return isPage ? manifest[INDEX] : undefined;
}

function variant(asset: Asset, encoding: Encoding): string {
  return (encoding === "identity" ? undefined : asset[encoding]) ?? asset.path;
}

/**
 * The best variant the client accepts; Brotli is preferred unless the client weights gzip higher. @see RFC 9110 §12.5.3
 */
function negotiate(accept: string | null, asset: Asset): Encoding {
  const weights = new Map<string, number>();
  for (const part of (accept ?? "").toLowerCase().split(",")) {
    const [name, ...parameters] = part.split(";").map((piece) => piece.trim());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    weights.set(name ?? "", q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  const weight = (name: string) => weights.get(name) ?? weights.get("*") ?? 0;
  const br = asset.br === undefined ? 0 : weight("br");
  const gzip = asset.gzip === undefined ? 0 : weight("gzip");
  if (br === 0 && gzip === 0) {
    return "identity";
  }
  return br >= gzip ? "br" : "gzip";
}

/** True when the client already has this variant. Uses weak comparison as required by RFC 9110 §13.1.2. */
function isFresh(ifNoneMatch: string | null, etag: string): boolean {
  const known = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*");
}

/**
 * The security headers of the application's page. It may load only its own files, with these exceptions: images from
 * any origin, because campaign previews show them; inline styles, because e-mails consist of them; and the page's own
 * inline scripts, by hash.
 */
function pagePolicy(html: string): Record<string, string> {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, code]) =>
      `'sha256-${createHash("sha256")
        .update(code ?? "")
        .digest("base64")}'`,
  );
  const policy = [
    "default-src 'self'",
    ["script-src 'self'", ...inline].join(" "),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: https: http:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  };
}
