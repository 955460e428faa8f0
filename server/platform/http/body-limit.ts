import { Elysia } from "elysia";
import { AppError } from "../errors.ts";

/** The largest body of a request that is no upload, in bytes: a campaign's HTML and text, escaped at its worst. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Refuses bodies that are too large before anything reads them. Bodies are read whole and parsed before a
 * route's own guard runs, so that without this a stranger could have the process hold as much as the
 * largest upload may weigh.
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
      const megabytes = MAX_BODY_BYTES / 1024 / 1024;
      throw new AppError("too_large", `A request may hold at most ${megabytes} MB.`);
    }
    // Recipients' one-click requests come as their provider likes; their route reads no more than it needs.
    if (path.startsWith("/api/")) {
      throw new AppError(
        "too_large",
        "Say how long the body is: send it with Content-Length, not in chunks.",
      );
    }
  });

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
