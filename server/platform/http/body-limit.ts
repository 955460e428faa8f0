import { Elysia } from "elysia";
import { AppError } from "../errors.ts";

const MEGABYTE = 1024 * 1024;

/** The largest body of a request that is no upload, in bytes: a campaign's HTML and text, escaped at its worst. */
export const MAX_BODY_BYTES = 8 * MEGABYTE;
/** The largest body of somebody who is not signed in, in bytes: a password, a form of the setup. */
export const MAX_OPEN_BODY_BYTES = 64 * 1024;

/**
 * Refuses bodies that are too large, or of unknown length, before anything reads them. The guard has smaller
 * limits of its own for who is not signed in.
 *
 * @param isUpload Whether a path takes files of any size; its route reads them as they arrive.
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
    // Recipients' one-click requests come as their provider likes; their route reads no more than it needs.
    if (path.startsWith("/api/")) {
      throw new AppError(
        "too_large",
        "Say how long the body is: send it with Content-Length, not in chunks.",
      );
    }
  });

/**
 * The parser of a route that reads its body by itself, after the guard has let the request in. Anything but
 * undefined keeps the body from being parsed.
 */
export const bodyReadByRoute = () => null;

/** @throws AppError `too_large` when a request says that its body has more than `maxBytes`. */
export function refuseLargeBody(request: Request, maxBytes: number): void {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) {
    const limit = maxBytes < MEGABYTE ? `${maxBytes / 1024} kB` : `${maxBytes / MEGABYTE} MB`;
    throw new AppError("too_large", `This request may hold at most ${limit}.`);
  }
}

/** The most values a JSON body may hold: a batch of a thousand contacts with fifty fields each, twice over. */
const MAX_BODY_VALUES = 100_000;

/**
 * How many values a parsed body holds. To validate one, and to say what is wrong with it, costs the HTTP thread
 * microseconds a value, for which everybody waits; counting stops at the limit.
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
      throw new AppError(
        "too_large",
        "This request holds more than 100,000 values. Send it in several parts.",
      );
    }
    for (const each of inner) {
      open.push(each);
    }
  }
  return seen;
}

/** The first `maxBytes` of a request's body as text; what comes after is not read. */
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
