import { Elysia } from "elysia";
import { log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { statusOfError } from "./problem.ts";

// Frequent requests that are not worth a log line each; the metrics count them.
const QUIET = /^\/([ocupv]\/:token|\*?$|healthz|readyz|metrics)/;

/**
 * Writes one log line and one measurement per answered request: method, route pattern, status, duration. The actual
 * URL, the caller and the address are omitted, because they are personal data.
 */
export const requestLog = (metrics: Metrics) => {
  const startedAt = new WeakMap<Request, number>();
  const failedWith = new WeakMap<Request, number>();
  return new Elysia({ name: "request-log" })
    .onRequest(({ request }) => {
      startedAt.set(request, performance.now());
    })
    .onError({ as: "global" }, ({ request, error, code }) => {
      failedWith.set(request, statusOfError(error, code));
    })
    .onAfterResponse({ as: "global" }, ({ request, route, set, responseValue }) => {
      const ms = performance.now() - (startedAt.get(request) ?? performance.now());
      const status =
        failedWith.get(request) ??
        (responseValue instanceof Response ? responseValue.status : Number(set.status ?? 200));
      // An unmatched path is arbitrary input; using it as a metric label would create an unlimited number of series.
      const pattern = route === "" || route === undefined ? "(none)" : route;
      metrics.http({ method: request.method, route: pattern, status, ms });
      const line = { method: request.method, route: pattern, status, ms: Math.round(ms * 10) / 10 };
      if (status >= 500) {
        log.error(line, "request");
      } else if (QUIET.test(pattern) || status === 304) {
        log.debug(line, "request");
      } else {
        log.info(line, "request");
      }
    });
};
