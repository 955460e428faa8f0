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
  /**
   * What delivery reports as the current limit: empty when nothing limits it, undefined when delivery is not handling
   * the campaign.
   */
  said: string | undefined;
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

/** Describes what currently limits the campaign; null when it is not being sent. */
export function bottleneckOf(facts: BottleneckFacts): string | null {
  const { status, statusReason, perSecond, pending, route } = facts;
  if (status === "preparing") {
    return "Selecting recipients.";
  }
  if (status === "paused" || status === "pausing") {
    return statusReason === "" ? "Paused." : `Paused: ${statusReason}`;
  }
  if (status !== "sending") {
    return null;
  }
  if (facts.said) {
    return facts.said;
  }
  const isNear = (cap: number | null | undefined) =>
    typeof cap === "number" && pending > 0 && perSecond >= cap * NEAR;
  if (route !== undefined && isNear(route.maxPerSecond)) {
    return `The sending method "${route.name}" is limited to ${route.maxPerSecond}/s. Change it in Sending → Sending methods.`;
  }
  if (isNear(facts.workspaceMaxPerSecond)) {
    return `This workspace is limited to ${facts.workspaceMaxPerSecond}/s. An administrator can change it.`;
  }
  return pending === 0 ? waitingSentence(facts) : movingSentence(facts);
}

/** Used when no message is left to be tried for the first time. */
function waitingSentence(facts: BottleneckFacts): string {
  if (facts.held > 0) {
    return heldSentence(facts.held);
  }
  return facts.deferred > 0
    ? retriesSentence(facts)
    : "All messages have been handled. The last results are being saved.";
}

function movingSentence({ perSecond, said }: BottleneckFacts): string {
  if (perSecond > 0) {
    return "No limit: sending as fast as this server and the receiving servers allow.";
  }
  return said === undefined
    ? "Waiting for its turn on this server."
    : "The next messages are being sent.";
}

function heldSentence(held: number): string {
  const many = held === 1 ? "1 message needs" : `${held.toLocaleString("en")} messages need`;
  return `${many} your decision: the connection was lost, so they may or may not have arrived.`;
}

function retriesSentence({ deferred, nextDueAt, deferredFor }: BottleneckFacts): string {
  const first =
    nextDueAt === null ? "" : `, ${deferred === 1 ? "" : "the first "}at ${timeOf(nextDueAt)}`;
  const many =
    deferred === 1
      ? "1 message is waiting"
      : `${deferred.toLocaleString("en")} messages are waiting`;
  const [cause, another] = new Set(deferredFor.map(causeOf));
  const why = cause && another === undefined ? `, because ${cause}` : "";
  return `${many} for the next attempt${first}${why}.`;
}

/**
 * Why messages of a category wait, worded to follow "because". Categories without an entry need no explanation here.
 */
const causes: Readonly<Record<string, string>> = {
  net: "connections to the receiving servers failed",
  tls_policy: "no secure enough connection was possible",
  dns_failure: "their domains could not be looked up in DNS",
  no_domain: "their domains could not be looked up in DNS",
  mailbox_full: "their mailboxes are full",
  postponed: "a limit applies to their receiving servers",
  ambiguous: "the connection was lost before the servers replied",
  greylist: "the receiving servers asked to try later",
  rcpt_rate: "the receiving servers asked to try later",
  rate_limit: "the receiving servers asked to try later",
  quota: "the receiving servers asked to try later",
  relay_denied: "the receiving servers do not accept mail from here now",
  ip_reputation: "the receiving servers do not accept mail from here now",
  domain_reputation: "the receiving servers do not accept mail from here now",
  policy: "the receiving servers do not accept mail from here now",
  system: "the receiving servers have problems",
  protocol: "the receiving servers have problems",
};

function causeOf(category: string): string {
  return Object.hasOwn(causes, category) ? (causes[category] ?? "") : "";
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
