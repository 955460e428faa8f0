import { Elysia } from "elysia";
import { AppError, because } from "../errors.ts";
import { problemResponse } from "./problem.ts";

/**
 * Applies to every response: an unparsable Host is refused with 400 (RFC 9112 §3.2), browsers may not guess content
 * types, and API responses are not cached. A route can override each header.
 */
export const everyAnswer = new Elysia({ name: "every-answer" }).onRequest(({ request, set }) => {
  const url = URL.parse(request.url);
  if (url === null) {
    return problemResponse(new AppError("invalid_input", because("bad_host_header")), 400);
  }
  set.headers["x-content-type-options"] = "nosniff";
  if (url.pathname.startsWith("/api/")) {
    set.headers["cache-control"] = "no-store";
  }
  return undefined;
});
