import type { QueueSnapshot } from "../../delivery/index.ts";
import { domainOf } from "../../platform/address.rules.ts";

type Try = { at: number; outcome: string; category: string; host: string; routeName: string };

/** How long a message waited after each deferred attempt: until the next attempt, or until the next one is due. */
export function retryWaits(attempts: readonly Try[], dueAt: number | null) {
  return attempts.flatMap(({ at, outcome, category, host, routeName }, index) =>
    outcome === "deferred"
      ? [{ at, until: attempts[index + 1]?.at ?? dueAt, reason: category, host, routeName }]
      : [],
  );
}

/** The destination of a message as far as it is known. `host` is that of the last attempt, empty before it. */
type Target = { campaignId: number; provider: string; address: string; host: string };

/** What the live queue says about an undecided message; null when its campaign is not being sent. */
export function waitingNow(queue: QueueSnapshot, target: Target) {
  const running = queue.campaigns.find(({ campaignId }) => campaignId === target.campaignId);
  if (running === undefined) {
    return null;
  }
  const domain = domainOf(target.address);
  const sites = queue.sites
    .filter(({ campaignIds, reason }) => reason !== "" && campaignIds.includes(target.campaignId))
    .filter(
      ({ provider, siteKey, siteName }) =>
        (provider !== "other" && provider === target.provider) ||
        [siteKey, siteName].some((name) => name === domain || isBelow(target.host, name)),
    );
  return {
    bottleneck: running.bottleneck,
    sites: sites.map(({ siteName, reason, nextTryAt, suspendedUntil }) => ({
      siteName,
      reason,
      until: suspendedUntil ?? nextTryAt,
    })),
  };
}

/** `mx1.reader.example` belongs to the destination `reader.example`. */
const isBelow = (host: string, name: string) =>
  name !== "" && (host === name || host.endsWith(`.${name}`));
