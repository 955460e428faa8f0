import { Elysia } from "elysia";
import { AppError } from "../errors.ts";
import { problemResponse } from "./problem.ts";

/**
 * What holds for every answer: a request whose address cannot be read is refused with 400 (RFC 9112 §3.2), no
 * browser guesses at a content type, and nothing keeps what the API answers. A route that sets a field
 * by itself has the last word.
 */
export const everyAnswer = new Elysia({ name: "every-answer" }).onRequest(({ request, set }) => {
  const url = URL.parse(request.url);
  if (url === null) {
    return problemResponse(new AppError("invalid_input", "The Host field is not a host."), 400);
  }
  set.headers["x-content-type-options"] = "nosniff";
  if (url.pathname.startsWith("/api/")) {
    set.headers["cache-control"] = "no-store";
  }
  return undefined;
});
