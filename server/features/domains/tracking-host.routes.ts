import { Elysia } from "elysia";
import type { Connection } from "../../platform/db/driver.ts";
import { isTrackingHost, TRACKING_HOST_TEXT } from "./domains.service.ts";

/** The paths that recipients follow. Everything else answers only under the instance's own name. */
const TRACKING_PATH = /^\/[ocvup]\//;

/**
 * Under a customer's host name only links in mail are served. The application there would be a second origin with a
 * sign-in page that looks like ours.
 */
export const trackingHostGate = (system: Connection, publicUrl: () => string) =>
  new Elysia({ name: "tracking-host" }).onRequest(({ request }) => {
    const { hostname, pathname } = new URL(request.url);
    const isOurs = TRACKING_PATH.test(pathname) || hostname === URL.parse(publicUrl())?.hostname;
    return !isOurs && isTrackingHost(system, hostname)
      ? new Response(TRACKING_HOST_TEXT, { status: 404 })
      : undefined;
  });
