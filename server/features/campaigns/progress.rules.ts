import type { Bottleneck, RetryCause } from "../../delivery/index.ts";
import type { CampaignStatus } from "./campaigns.rules.ts";

/** How many messages had a final status at an instant, and how many of them were tried rather than skipped. */
export type Sample = { at: number; done: number; tried: number };

const WINDOW_MS = 10_000;

/** Adds a sample and drops those older than the window, keeping at least two to compare. */
export function addSample(samples: Sample[], next: Sample): Sample[] {
  const kept = [...samples, next];
  while (kept.length > 2 && (kept[1]?.at ?? 0) <= next.at - WINDOW_MS) {
    kept.shift();
  }
  return kept;
}

/**
 * Messages per second over the window, one decimal; 0 until two samples differ in time. Skipping a contact takes no
 * time, so `tried` is the sending speed, while `done` determines the time left.
 */
export function ratePerSecond(samples: Sample[], of: "done" | "tried"): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) {
    return 0;
  }
  return Math.round((last[of] - first[of]) / ((last.at - first.at) / 10_000)) / 10;
}

/** Seconds until `remaining` are done at this rate; null when it cannot be estimated. */
export function secondsLeft(remaining: number, perSecond: number): number | null {
  return perSecond > 0 ? Math.ceil(remaining / perSecond) : null;
}

export type BottleneckFacts = {
  /** What delivery reports as the current limit: null when nothing limits it, undefined when it has nothing in hand. */
  said: Bottleneck | null | undefined;
  status: CampaignStatus;
  statusReason: string;
  perSecond: number;
  pending: number;
  deferred: number;
  /** Unix ms at which the first deferred message is due; null when none is known. */
  nextDueAt: number | null;
  /** Why the deferred messages that are due first are waiting: delivery categories. */
  deferredFor: string[];
  held: number;
  route: { name: string; maxPerSecond: number | null } | undefined;
  workspaceMaxPerSecond: number | null;
};

// A limit counts as reached when the rate is at least this share of it.
const NEAR = 0.8;

/** What currently limits the campaign; null when it is not being sent. */
export function bottleneckOf(facts: BottleneckFacts): Bottleneck | null {
  const { status, statusReason, perSecond, pending, route, workspaceMaxPerSecond } = facts;
  if (status === "preparing") {
    return { code: "selecting_recipients", params: {} };
  }
  if (status === "paused" || status === "pausing") {
    return { code: "paused", params: { reason: statusReason } };
  }
  if (status !== "sending") {
    return null;
  }
  if (facts.said) {
    return facts.said;
  }
  const isNear = (cap: number) => pending > 0 && perSecond >= cap * NEAR;
  if (route !== undefined && route.maxPerSecond !== null && isNear(route.maxPerSecond)) {
    return {
      code: "route_rate",
      params: { route: route.name, perSecond: route.maxPerSecond },
    };
  }
  if (workspaceMaxPerSecond !== null && isNear(workspaceMaxPerSecond)) {
    return { code: "workspace_rate", params: { perSecond: workspaceMaxPerSecond } };
  }
  return pending === 0 ? waitingFor(facts) : moving(facts);
}

/** Used when no message is left to be tried for the first time. */
function waitingFor({ held, deferred, nextDueAt, deferredFor }: BottleneckFacts): Bottleneck {
  if (held > 0) {
    return { code: "held", params: { messages: held } };
  }
  if (deferred === 0) {
    return { code: "saving_results", params: {} };
  }
  const [cause = null, another] = new Set(deferredFor.map(causeOf));
  return {
    code: "waiting_retries",
    params: { messages: deferred, at: nextDueAt, cause: another === undefined ? cause : null },
  };
}

function moving({ perSecond, said }: BottleneckFacts): Bottleneck {
  if (perSecond > 0) {
    return { code: "full_speed", params: {} };
  }
  return { code: said === undefined ? "waiting_turn" : "sending_next", params: {} };
}

/** The cause that belongs to a category of delivery. Categories that are not listed need no explanation. */
const causes: Readonly<Record<string, RetryCause>> = {
  net: "connection",
  tls_policy: "tls",
  dns_failure: "dns",
  no_domain: "dns",
  mailbox_full: "mailbox_full",
  postponed: "limit",
  ambiguous: "connection_lost",
  greylist: "asked_later",
  rcpt_rate: "asked_later",
  rate_limit: "asked_later",
  quota: "asked_later",
  relay_denied: "not_accepted",
  ip_reputation: "not_accepted",
  domain_reputation: "not_accepted",
  policy: "not_accepted",
  system: "server_problem",
  protocol: "server_problem",
};

function causeOf(category: string): RetryCause | null {
  return Object.hasOwn(causes, category) ? (causes[category] ?? null) : null;
}
