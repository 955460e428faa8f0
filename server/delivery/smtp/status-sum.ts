import type { EgressStatus } from "./egress.ts";

/**
 * The combined status of several pools. `retryAt` is set only if all of them are paused, to the earliest time at which
 * one may be tried.
 */
export function sumOf(pools: { status: () => EgressStatus }[], max: number): EgressStatus {
  const all = pools.map((pool) => pool.status());
  const sum = (of: (status: EgressStatus) => number) =>
    all.reduce((total, status) => total + of(status), 0);
  const retries = all.flatMap(({ retryAt }) => retryAt ?? []);
  const opening = all.flatMap((status) => status.opening ?? []);
  const isReady = all.some((status) => status.open > 0 && status.opening === undefined);
  const isOut = all.length > 0 && retries.length === all.length;
  return {
    open: sum(({ open }) => open),
    ready: sum(({ ready }) => ready),
    busy: sum(({ busy }) => busy),
    waiting: sum(({ waiting }) => waiting),
    limit:
      all.length === 0
        ? max
        : Math.min(
            max,
            sum(({ limit }) => limit),
          ),
    retryAt: isOut ? Math.min(...retries) : undefined,
    lastError: all.map(({ lastError }) => lastError).find((error) => error !== "") ?? "",
    opening: isReady ? undefined : opening.toSorted((a, b) => a.since - b.since)[0],
  };
}
