import { Elysia } from "elysia";
import { log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { statusOfError } from "./problem.ts";

// These are many, or nobody asks about them one by one; the metrics count them.
const QUIET = /^\/([ocupv]\/:token|\*?$|healthz|readyz|metrics)/;

/**
 * One log line and one measurement per answered request: method, route pattern, status, duration. Never
 * the address that was asked for, who asked, or from where: those are personal data.
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
      // A path that no route has is a stranger's text; as a label it would grow without end.
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
