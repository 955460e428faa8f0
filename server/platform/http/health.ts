import { statfs } from "node:fs/promises";
import { Elysia, t } from "elysia";
import type { Connection } from "../db/driver.ts";
import { AppError, because, messageOf } from "../errors.ts";
import type { Metrics } from "../metrics.ts";
import { isPrivateAddress } from "../private-address.ts";
import { writeSetting } from "../settings.store.ts";
import { type ClientAddress, type PeerAddress, peerAddress } from "./client-address.ts";
import type { Guard } from "./guard.ts";
import { ProblemSchema } from "./schemas.ts";

/** Below this the service reports not ready: once the journal cannot grow, sending stops. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;

const WORKSPACES = "workspaces";

export type HealthOptions = {
  guard: Guard;
  clientAddress: ClientAddress;
  system: Connection;
  dataDir: string;
  clock: () => number;
  canWrite: () => boolean;
  /** Why nothing can be stored or sent, as a sentence; undefined when all is well. */
  trouble: () => string | undefined;
  /** How many workspaces cannot be used and why, without names; "" when all can be used. */
  setAside: () => string;
  metrics: Metrics;
};

const Check = t.Object({ name: t.String(), ok: t.Boolean(), message: t.String() });
const Readiness = t.Object({ ready: t.Boolean(), checks: t.Array(Check) });
type Check = typeof Check.static;

/** /healthz: the process responds. /readyz: it can do its work. /metrics: its metrics. */
export const healthRoutes = (options: HealthOptions) =>
  new Elysia({ name: "health", detail: { tags: ["Operation"] } })
    .use(options.guard)
    .get("/healthz", () => ({ ok: true as const }), {
      open: "a health check has no account; the response only shows that the process answers",
      response: { 200: t.Object({ ok: t.Literal(true) }) },
      detail: { summary: "Check that the process responds" },
    })
    .get(
      "/readyz",
      async ({ set }) => {
        const checks = await Promise.all([
          databaseCheck(options),
          journalCheck(options),
          diskCheck(options),
          workspacesCheck(options),
        ]);
        // A faulty workspace file is reported but does not make the node unready, since a load balancer would then drop
        // all workspaces.
        const ready = checks.every(({ ok, name }) => ok || name === WORKSPACES);
        set.status = ready ? 200 : 503;
        set.headers["cache-control"] = "no-store";
        return { ready, checks };
      },
      {
        open: "a load balancer has no account; the response only shows which part is broken",
        response: { 200: Readiness, 503: Readiness },
        detail: { summary: "Check that the process can do its work" },
      },
    )
    .get(
      "/metrics",
      async ({ request, server }) => {
        if (!isFromInside(request, server, options.clientAddress)) {
          throw new AppError("forbidden", because("metrics_are_private"));
        }
        const { body, contentType } = await options.metrics.render();
        return new Response(body, { headers: { "content-type": contentType } });
      },
      {
        open: "a scraper in the private network has no account; others are refused",
        response: { 200: t.String(), 403: ProblemSchema },
        detail: { summary: "Get metrics for Prometheus" },
      },
    );

/**
 * True when a request comes from this machine or a private network. A request forwarded by an unknown proxy could come
 * from anywhere.
 */
function isFromInside(request: Request, server: PeerAddress, clientAddress: ClientAddress) {
  const peer = peerAddress(request, server);
  const address = clientAddress(request, server);
  const isUnclear = request.headers.has("x-forwarded-for") && address === peer;
  return address === "" || (!isUnclear && isPrivateAddress(address));
}

async function databaseCheck({ system, canWrite, clock }: HealthOptions): Promise<Check> {
  try {
    if (canWrite()) {
      // Only an actual write detects a full or read-only disk.
      writeSetting(system, "readiness", {}, clock());
    }
    return { name: "database", ok: true, message: "" };
  } catch (error) {
    return { name: "database", ok: false, message: messageOf(error) };
  }
}

async function journalCheck({ trouble }: HealthOptions): Promise<Check> {
  const message = trouble() ?? "";
  return { name: "journal", ok: message === "", message };
}

async function diskCheck({ dataDir }: HealthOptions): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const megabytes = Math.floor(free / 1024 / 1024);
    return { name: "disk", ok: free >= MIN_FREE_BYTES, message: `${megabytes} MB free` };
  } catch (error) {
    return { name: "disk", ok: false, message: messageOf(error) };
  }
}

async function workspacesCheck({ setAside }: HealthOptions): Promise<Check> {
  try {
    const message = setAside();
    return { name: WORKSPACES, ok: message === "", message };
  } catch (error) {
    return { name: WORKSPACES, ok: false, message: messageOf(error) };
  }
}
