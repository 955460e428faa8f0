import { Elysia } from "elysia";
import type { Connection } from "../../platform/db/driver.ts";
import { isTrackingHost, TRACKING_HOST_TEXT } from "./domains.service.ts";

/** What recipients follow; all else is this instance's own and answers under its own name only. */
const TRACKING_PATH = /^\/[ocvup]\//;

/**
 * Under the name of a customer nothing but links in mail answers: the application there would be another
 * origin that looks like ours, with a sign-in page.
 */
export const trackingHostGate = (system: Connection, publicUrl: () => string) =>
  new Elysia({ name: "tracking-host" }).onRequest(({ request }) => {
    const { hostname, pathname } = new URL(request.url);
    const isOurs = TRACKING_PATH.test(pathname) || hostname === URL.parse(publicUrl())?.hostname;
    return !isOurs && isTrackingHost(system, hostname)
      ? new Response(TRACKING_HOST_TEXT, { status: 404 })
      : undefined;
  });
