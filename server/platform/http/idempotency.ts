import { createHash } from "node:crypto";
import { Elysia } from "elysia";
import type { Clock } from "../clock.ts";
import type { Connection } from "../db/driver.ts";
import { AppError, because, invalidField } from "../errors.ts";
import { DAY_MS } from "../time.rules.ts";
import { claimKey, keepAnswer, releaseKey } from "./idempotency.store.ts";

const KEPT_MS = DAY_MS;
// A request that has run longer than this died with its process, so its key may be claimed again.
const ABANDONED_MS = 60_000;
const RETRY_SECONDS = 1;
const KEY = /^[\x21-\x7e]{1,200}$/;

type Claimed = { scope: string; key: string };

/**
 * `idempotent: true` on a creating POST, after its permission: a request with an `Idempotency-Key` header is executed
 * once. The same key and body within a day return the first response again, or `in_progress` while the first request is
 * still running. A failed request releases its key. Without the header nothing changes. Do not use it on routes whose
 * body or response contains a secret: the response and a hash of the body are stored unencrypted.
 *
 * @see draft-ietf-httpapi-idempotency-key-header
 */
export function idempotency(system: Connection, clock: Clock) {
  const claims = new WeakMap<Request, Claimed>();

  const claim = (request: Request, actorId: string, body: unknown): Response | undefined => {
    const key = request.headers.get("idempotency-key");
    if (key === null) {
      return undefined;
    }
    if (!KEY.test(key)) {
      throw invalidField("idempotency-key", because("bad_idempotency_key"));
    }
    const scope = `${actorId} ${request.method} ${new URL(request.url).pathname}`;
    const now = clock();
    const entry = { scope, key, requestHash: hashOf(body), now, forgetBefore: now - KEPT_MS };
    let found = claimKey(system, entry);
    if (found.kind === "running" && found.since < now - ABANDONED_MS) {
      releaseKey(system, entry);
      found = claimKey(system, entry);
    }
    switch (found.kind) {
      case "claimed":
        claims.set(request, { scope, key });
        return undefined;
      case "answered":
        return new Response(found.body, {
          status: found.status,
          headers: { "content-type": "application/json", "idempotent-replayed": "true" },
        });
      case "running":
        throw new AppError("in_progress", because("first_request_runs"), {
          retryAfterSeconds: RETRY_SECONDS,
        });
      case "other_request":
        throw invalidField("idempotency-key", because("used_idempotency_key"));
    }
  };

  return new Elysia({ name: "idempotency" }).macro("idempotent", (_: true) => ({
    beforeHandle: (context) => {
      const { actor, request, body } = context as typeof context & { actor?: { id: string } };
      if (actor === undefined) {
        throw new Error("an idempotent route must declare its permission first");
      }
      return claim(request, actor.id, body);
    },
    afterHandle: ({ request, responseValue, set }) => {
      const claimed = claims.get(request);
      if (claimed !== undefined) {
        claims.delete(request);
        const status = typeof set.status === "number" ? set.status : 200;
        keepAnswer(system, { ...claimed, status, body: JSON.stringify(responseValue) });
      }
    },
    // An `error` hook would not run, because the application's own error handler ends that chain.
    afterResponse: ({ request }) => {
      const claimed = claims.get(request);
      if (claimed !== undefined) {
        claims.delete(request);
        releaseKey(system, claimed);
      }
    },
  }));
}

function hashOf(body: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(body) ?? "")
    .digest("hex");
}
