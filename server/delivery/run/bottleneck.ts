import type { BoundBy } from "../limiter/limit-state.ts";
import type { EgressStatus } from "../smtp/egress.ts";
import type { Route, SmtpStage } from "../types.ts";
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

/** The campaign's current bottleneck as a sentence; empty when nothing but the speed of the servers limits it. */
export function bottleneckOf(run: Run, facts: BottleneckFacts): string {
  if (facts.trouble !== undefined) {
    return `Nothing is sent while the journal cannot be written: ${facts.trouble}`;
  }
  if (facts.nodeFull !== undefined && run.waiting > 0) {
    return sentenceOf({ boundBy: facts.nodeFull, untilMs: undefined }, run, facts);
  }
  const worst = mostWaitedFor(run, facts);
  const isHeldByAnswers =
    worst === undefined || worst.boundBy.kind === "concurrency" || worst.boundBy.kind === "opening";
  const silence = isHeldByAnswers ? silenceOf(run, facts) || awaitedOf(run, facts) : "";
  if (silence !== "") {
    return silence;
  }
  if (worst !== undefined) {
    return sentenceOf(worst, run, facts);
  }
  if (run.unplaced.size > 0 && run.waiting + run.inFlight === 0) {
    return "Looking up where the mail of the recipients' domains goes.";
  }
  return "";
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

const unanswered: Partial<Record<SmtpStage, string>> = {
  dns: "has not been found in the DNS yet",
  connect: "has not taken the connection yet",
  greeting: "took the connection and has not greeted yet",
  ehlo: "has not answered our greeting (EHLO) yet",
  starttls: "has not answered STARTTLS yet",
  auth: "has not answered our sign-in yet",
};

/**
 * Names the server that all messages in flight wait for during the handshake; empty when a connection of any lane is
 * ready.
 */
function silenceOf(run: Run, facts: BottleneckFacts): string {
  const { now } = facts;
  let longest: { lane: Lane; opening: NonNullable<EgressStatus["opening"]> } | undefined;
  for (const lane of run.lanes.values()) {
    if (lane.inFlight === 0) {
      continue;
    }
    const { way, site } = lane.target;
    const isDirect = way.egress.route.kind === "direct";
    const { opening } = way.egress.status(isDirect ? site.key : undefined);
    if (opening === undefined || now - opening.since < SILENCE_MS) {
      return "";
    }
    longest =
      longest === undefined || opening.since < longest.opening.since ? { lane, opening } : longest;
  }
  if (longest === undefined) {
    return "";
  }
  const { way, site } = longest.lane.target;
  const { stage, since } = longest.opening;
  const what = unanswered[stage] ?? "has not answered yet";
  return `The server ${site.name} (sending method “${way.egress.route.name}”) ${what}, since ${clockTime(since, facts)}.`;
}

/** Reports that no message in flight has been answered for a while; empty otherwise. */
function awaitedOf(run: Run, facts: BottleneckFacts): string {
  const { inFlight, lastLandedAt } = run;
  if (inFlight === 0 || facts.now - lastLandedAt < SILENCE_MS) {
    return "";
  }
  const servers = new Set(
    [...run.lanes.values()]
      .filter((lane) => lane.inFlight > 0)
      .map(({ target }) => target.site.name),
  );
  const [only] = servers;
  const whose = servers.size === 1 ? `The server ${only} has` : `${servers.size} servers have`;
  const what = inFlight === 1 ? "the message" : `the ${inFlight} messages`;
  return `${whose} not answered ${what} under way yet, since ${clockTime(lastLandedAt, facts)}.`;
}

/** Words a limit for the campaign's page. */
function sentenceOf({ boundBy, untilMs }: Wait, run: Run, facts: BottleneckFacts): string {
  const subject = subjectOf(boundBy, run);
  const until = untilMs === undefined ? "" : ` until ${clockTime(untilMs, facts)}`;
  switch (boundBy.kind) {
    case "suspended":
      if (boundBy.level === "campaign") {
        return boundBy.reason;
      }
      return `Sending through ${subject} is paused${until}: ${boundBy.reason || "no reason was given."}`;
    case "quota":
      return `The quota of ${subject} is used up${until}: ${messages(boundBy.allowed)} ${periodOf(boundBy.reason)}.`;
    case "opening":
      return openingSentence(boundBy, subject);
    case "concurrency":
      return concurrencySentence(boundBy, subject, run);
    case "rate":
      return rateSentence(boundBy, subject);
  }
}

/** The server has accepted fewer connections than we want. */
function openingSentence({ allowed, reason }: BoundBy, subject: string): string {
  if (allowed === 0) {
    return `Waiting for the first connection of ${subject}.`;
  }
  const why = reason === "" ? "." : `: ${reason}`;
  return `${subjectFirst(subject)} has ${allowed === 1 ? "1 connection" : `${allowed} connections`} and gets no more for now${why}`;
}

function concurrencySentence(boundBy: BoundBy, subject: string, run: Run): string {
  const { level, id, allowed, configured, reason } = boundBy;
  if (level === "node") {
    return nodeSentence(id);
  }
  // A route's concurrency limit exceeds its connections by MAX_AHEAD, but people know the number of connections.
  const connections = level === "route" ? routeOf(run, id)?.maxConnections : undefined;
  const atOnce = Math.min(allowed, connections ?? allowed);
  if (atOnce >= (connections ?? configured)) {
    return `All connections of ${subject} are in use.`;
  }
  const sends = `${subjectFirst(subject)} sends ${messages(atOnce)} at once`;
  return reason === "" ? `${sends}, and more as they are accepted.` : `${sends} for now: ${reason}`;
}

/** For limits that all workspaces of this server share. */
function nodeSentence(id: string): string {
  switch (id) {
    case "share":
      return "This workspace is sending as many messages at once as it may. The rest of this server is reserved for other workspaces.";
    case "opening":
      return "This server is opening as many connections at once as it can. More will follow.";
    default:
      return "This server is sending as many messages at once as its memory allows.";
  }
}

function rateSentence({ level, allowed, configured, reason }: BoundBy, subject: string): string {
  const rate = rateOf(allowed);
  if (level === "campaign") {
    return `Spread over the period you chose: ${rate}.`;
  }
  if (level === "source_provider" && allowed < 1) {
    return `${subjectFirst(subject)} is being warmed up: ${rate}, evenly over the day.`;
  }
  if (reason !== "" && allowed < configured) {
    return `${subjectFirst(subject)} sends ${rate} for now: ${reason}`;
  }
  return allowed < configured
    ? `${subjectFirst(subject)} sends ${rate}, and speeds up again as messages are accepted.`
    : `Limited to ${rate} by ${subject}.`;
}

function subjectOf({ level, id }: BoundBy, run: Run): string {
  const last = id.slice(id.lastIndexOf("/") + 1);
  switch (level) {
    case "node":
      return "this server";
    case "workspace":
      return "the workspace";
    case "workspace_provider":
      return `the workspace to ${last}`;
    case "campaign":
      return "the campaign";
    case "campaign_provider":
      return `the campaign to ${last}`;
    case "route":
      return routeName(run, id);
    case "route_provider":
      return `${routeName(run, id)} to ${last}`;
    case "route_site":
      return `${routeName(run, id)} to ${siteName(run, last)}`;
    case "source_provider":
      return `the address ${id.split("/")[2]} to ${last}`;
    case "sender_provider":
      return `mail from ${id.split("/")[1]} to ${last}`;
    case "sender_site":
      return `mail from ${id.split("/")[2]} by ${routeName(run, id)} to ${siteName(run, last)}`;
  }
}

/** The id of a route's limit starts with `<workspace>/<route id>`. */
function routeName(run: Run, id: string): string {
  return `the sending method “${routeOf(run, id)?.name ?? id.split("/")[1]}”`;
}

function routeOf(run: Run, id: string): Route | undefined {
  const routeId = Number(id.split("/")[1]);
  return run.parts.ways.find(({ egress }) => egress.route.id === routeId)?.egress.route;
}

function messages(n: number): string {
  return n === 1 ? "1 message" : `${n} messages`;
}

function siteName(run: Run, siteKey: string): string {
  for (const { target } of run.lanes.values()) {
    if (target.site.key === siteKey) {
      return target.site.name;
    }
  }
  return siteKey;
}

function subjectFirst(subject: string): string {
  return subject.charAt(0).toUpperCase() + subject.slice(1);
}

function periodOf(period: string): string {
  return period === "hour" ? "an hour" : period === "day" ? "in 24 hours" : "in 30 days";
}

/** Time only for today, otherwise date and time. */
function clockTime(steadyMs: number, { now, onWallClock }: BottleneckFacts): string {
  const at = new Date(onWallClock(steadyMs)).toISOString();
  const isToday = at.slice(0, 10) === new Date(onWallClock(now)).toISOString().slice(0, 10);
  return `${isToday ? "" : `${at.slice(0, 10)} `}${at.slice(11, 16)} UTC`;
}

/** Words the rate per second, minute or hour: the shortest of these in which at least one message is sent. */
function rateOf(perSecond: number): string {
  const [n, unit] =
    perSecond >= 1
      ? [perSecond, "second"]
      : perSecond * 60 >= 1
        ? [perSecond * 60, "minute"]
        : [perSecond * 3_600, "hour"];
  return `${messages(rounded(n))} ${unit === "hour" ? "an" : "a"} ${unit}`;
}

function rounded(n: number): number {
  return n < 10 ? Math.round(n * 10) / 10 : Math.round(n);
}
