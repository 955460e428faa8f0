import type { Bottleneck, LimitSubject } from "../bottleneck-codes.ts";
import type { BoundBy } from "../limiter/limit-state.ts";
import type { EgressStatus } from "../smtp/egress.ts";
import { isOpeningStage, type Route } from "../types.ts";
import type { Lane, Run } from "./run.ts";

/** A handshake or reply that takes less than this is normal; a longer one is reported as the bottleneck. */
const SILENCE_MS = 5_000;

/** What a lane waits for, and until when (steady ms; undefined = until another message ends). */
export type Wait = { boundBy: BoundBy; untilMs: number | undefined };

export type BottleneckFacts = {
  /** Why the journal cannot be written; undefined when it can. */
  trouble: string | undefined;
  /** The limit that stops the whole node from sending; undefined when there is none. */
  nodeFull: BoundBy | undefined;
  waitOf: (lane: Lane) => Wait | undefined;
  /** Steady ms, like all times in this file. */
  now: number;
  onWallClock: (steadyMs: number) => number;
};

/** What slows the campaign down now; null if only the speed of the servers does. */
export function bottleneckOf(run: Run, facts: BottleneckFacts): Bottleneck | null {
  if (facts.trouble !== undefined) {
    return { code: "journal_unwritable", params: { reason: facts.trouble } };
  }
  if (facts.nodeFull !== undefined && run.waiting > 0) {
    return limitOf({ boundBy: facts.nodeFull, untilMs: undefined }, run, facts);
  }
  const worst = mostWaitedFor(run, facts);
  const isHeldByAnswers =
    worst === undefined || worst.boundBy.kind === "concurrency" || worst.boundBy.kind === "opening";
  const silence = isHeldByAnswers ? (silenceOf(run, facts) ?? awaitedOf(run, facts)) : null;
  if (silence !== null) {
    return silence;
  }
  if (worst !== undefined) {
    return limitOf(worst, run, facts);
  }
  if (run.unplaced.size > 0 && run.waiting + run.inFlight === 0) {
    return { code: "looking_up_domains", params: {} };
  }
  return null;
}

/** The limit that most messages in hand wait for; undefined when more of them are free to be sent. */
function mostWaitedFor(run: Run, { waitOf }: BottleneckFacts): Wait | undefined {
  const byGate = new Map<string, { wait: Wait; n: number }>();
  let free = 0;
  for (const lane of run.lanes.values()) {
    const wait = waitOf(lane);
    if (wait === undefined) {
      free += lane.waiting;
      continue;
    }
    const name = `${wait.boundBy.level}:${wait.boundBy.id}`;
    const entry = byGate.get(name) ?? { wait, n: 0 };
    entry.n += lane.waiting;
    byGate.set(name, entry);
  }
  let worst: { wait: Wait; n: number } | undefined;
  for (const entry of byGate.values()) {
    worst = worst === undefined || entry.n > worst.n ? entry : worst;
  }
  const [blocked] = run.blocked.values();
  if (worst === undefined && blocked !== undefined && free + run.inFlight === 0) {
    return blocked;
  }
  return worst !== undefined && worst.n >= free ? worst.wait : undefined;
}

/**
 * Names the server that all messages in flight wait for during the handshake; null when a connection of any lane is
 * ready.
 */
function silenceOf(run: Run, { now, onWallClock }: BottleneckFacts): Bottleneck | null {
  let longest: { lane: Lane; opening: NonNullable<EgressStatus["opening"]> } | undefined;
  for (const lane of run.lanes.values()) {
    if (lane.inFlight === 0) {
      continue;
    }
    const { campaignRoute, site } = lane.target;
    const isDirect = campaignRoute.egress.route.kind === "direct";
    const { opening } = campaignRoute.egress.status(isDirect ? site.key : undefined);
    if (opening === undefined || now - opening.since < SILENCE_MS) {
      return null;
    }
    longest =
      longest === undefined || opening.since < longest.opening.since ? { lane, opening } : longest;
  }
  if (longest === undefined) {
    return null;
  }
  const { campaignRoute, site } = longest.lane.target;
  const { stage, since } = longest.opening;
  return {
    code: "opening_unanswered",
    params: {
      server: site.name,
      route: campaignRoute.egress.route.name,
      stage: isOpeningStage(stage) ? stage : "other",
      since: onWallClock(since),
    },
  };
}

/** Reports that no message in flight has been answered for a while; null otherwise. */
function awaitedOf(run: Run, { now, onWallClock }: BottleneckFacts): Bottleneck | null {
  const { inFlight, lastLandedAt } = run;
  if (inFlight === 0 || now - lastLandedAt < SILENCE_MS) {
    return null;
  }
  const names = new Set(
    [...run.lanes.values()]
      .filter((lane) => lane.inFlight > 0)
      .map(({ target }) => target.site.name),
  );
  const [only = ""] = names;
  return {
    code: "messages_unanswered",
    params: {
      server: names.size === 1 ? only : "",
      servers: names.size,
      messages: inFlight,
      since: onWallClock(lastLandedAt),
    },
  };
}

/** The bottleneck that a limit causes. */
function limitOf({ boundBy, untilMs }: Wait, run: Run, facts: BottleneckFacts): Bottleneck {
  const { level, kind, allowed, reason } = boundBy;
  const subject = subjectOf(boundBy, run);
  const until = untilMs === undefined ? null : facts.onWallClock(untilMs);
  switch (kind) {
    case "suspended":
      return level === "campaign"
        ? { code: "campaign_suspended", params: { reason } }
        : { code: "suspended", params: { subject, until, reason } };
    case "quota":
      return { code: "quota_used", params: { subject, until, allowed, period: periodOf(reason) } };
    case "opening":
      return allowed === 0
        ? { code: "first_connection", params: { subject } }
        : { code: "no_more_connections", params: { subject, allowed, reason } };
    case "concurrency":
      return concurrencyOf(boundBy, subject, run);
    case "rate":
      return rateOf(boundBy, subject);
  }
}

function concurrencyOf(boundBy: BoundBy, subject: LimitSubject, run: Run): Bottleneck {
  const { level, id, allowed, configured, reason } = boundBy;
  if (level === "node") {
    return nodeOf(id);
  }
  // A route's concurrency limit exceeds its connections by MAX_AHEAD, but people know the number of connections.
  const connections = level === "route" ? routeOf(run, id)?.maxConnections : undefined;
  const atOnce = Math.min(allowed, connections ?? allowed);
  return atOnce >= (connections ?? configured)
    ? { code: "all_connections_used", params: { subject } }
    : { code: "few_at_once", params: { subject, allowed: atOnce, reason } };
}

/** For limits that all workspaces of this server share. */
function nodeOf(id: string): Bottleneck {
  switch (id) {
    case "share":
      return { code: "node_share", params: {} };
    case "opening":
      return { code: "node_opening", params: {} };
    default:
      return { code: "node_memory", params: {} };
  }
}

function rateOf(boundBy: BoundBy, subject: LimitSubject): Bottleneck {
  const { level, allowed: perSecond, configured, reason } = boundBy;
  if (level === "campaign") {
    return { code: "spread", params: { perSecond } };
  }
  if (level === "source_provider" && perSecond < 1) {
    return { code: "warm_up", params: { subject, perSecond } };
  }
  return perSecond < configured
    ? { code: "slowed_down", params: { subject, perSecond, reason } }
    : { code: "rate", params: { subject, perSecond } };
}

function subjectOf({ level, id }: BoundBy, run: Run): LimitSubject {
  const parts = id.split("/");
  const last = parts.at(-1) ?? "";
  const about = (name: string, provider = "", route = "") => ({ level, name, provider, route });
  switch (level) {
    case "node":
    case "workspace":
    case "campaign":
      return about("");
    case "workspace_provider":
    case "campaign_provider":
      return about("", last);
    case "route":
      return about(routeName(run, id));
    case "route_provider":
      return about(routeName(run, id), last);
    case "route_site":
      return about(routeName(run, id), siteName(run, last));
    case "source_provider":
      return about(parts[2] ?? "", last);
    case "sender_provider":
      return about(parts[1] ?? "", last);
    case "sender_site":
      return about(parts[2] ?? "", siteName(run, last), routeName(run, id));
  }
}

/** The id of a route's limit starts with `<workspace>/<route id>`. */
function routeName(run: Run, id: string): string {
  return routeOf(run, id)?.name ?? id.split("/")[1] ?? "";
}

function routeOf(run: Run, id: string): Route | undefined {
  const routeId = Number(id.split("/")[1]);
  return run.parts.routes.find(({ egress }) => egress.route.id === routeId)?.egress.route;
}

function siteName(run: Run, siteKey: string): string {
  for (const { target } of run.lanes.values()) {
    if (target.site.key === siteKey) {
      return target.site.name;
    }
  }
  return siteKey;
}

/** A quota gives its period as its reason. */
function periodOf(reason: string): "hour" | "day" | "month" {
  return reason === "hour" || reason === "day" ? reason : "month";
}
