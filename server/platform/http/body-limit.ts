import { Elysia } from "elysia";
import { AppError, because } from "../errors.ts";

const MEGABYTE = 1024 * 1024;

/** Maximum body size in bytes, except for uploads: fits a campaign's HTML and text with worst-case escaping. */
export const MAX_BODY_BYTES = 8 * MEGABYTE;
/** Maximum body size in bytes for unauthenticated requests, such as a sign-in or a setup form. */
export const MAX_OPEN_BODY_BYTES = 64 * 1024;

/**
 * Refuses bodies that are too large or of unknown length before they are read. The guard applies a smaller limit to
 * unauthenticated requests.
 *
 * @param isUpload True for paths that accept files of any size; their routes read the body as a stream.
 */
export const bodyLimit = (isUpload: (path: string) => boolean) =>
  new Elysia({ name: "body-limit" }).onRequest(({ request }) => {
    const length = request.headers.get("content-length");
    const isUnknown = length === null && request.headers.has("transfer-encoding");
    if (!isUnknown && Number(length ?? 0) <= MAX_BODY_BYTES) {
      return;
    }
    const path = new URL(request.url).pathname;
    if (isUpload(path)) {
      return;
    }
    if (!isUnknown) {
      refuseLargeBody(request, MAX_BODY_BYTES);
    }
    // Providers send recipients' one-click requests in any form; the route reads no more than it needs.
    if (path.startsWith("/api/")) {
      throw new AppError("too_large", because("body_without_length"));
    }
  });

/**
 * The parser for a route that reads its body itself after the guard has admitted the request. Returning anything but
 * undefined prevents the default parsing.
 */
export const bodyReadByRoute = () => null;

/** @throws AppError `too_large` when the declared body size exceeds `maxBytes`. */
export function refuseLargeBody(request: Request, maxBytes: number): void {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) {
    const limit = maxBytes < MEGABYTE ? `${maxBytes / 1024} kB` : `${maxBytes / MEGABYTE} MB`;
    throw new AppError("too_large", because("body_too_large", { limit }));
  }
}

/** Maximum number of values in a JSON body: twice a batch of a thousand contacts with fifty fields each. */
const MAX_BODY_VALUES = 100_000;

/**
 * Counts the values in a parsed body. Validation costs microseconds per value and blocks the HTTP thread, so counting
 * stops at the limit.
 *
 * @throws AppError `too_large` above 100,000.
 */
export function countValues(body: unknown): number {
  const open: unknown[] = [body];
  let seen = 0;
  for (; open.length > 0; seen++) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) {
      continue;
    }
    const inner = Array.isArray(value) ? value : Object.values(value);
    if (seen + open.length + inner.length > MAX_BODY_VALUES) {
      throw new AppError("too_large", because("too_many_values"));
    }
    for (const each of inner) {
      open.push(each);
    }
  }
  return seen;
}

/** The first `maxBytes` of a request's body as text; the rest is not read. */
export async function textUpTo(request: Request, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
}
