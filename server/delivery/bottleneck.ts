import type { BoundBy } from "./limiter/gate.ts";
import type { Lane, Run } from "./run.ts";
import type { EgressStatus } from "./smtp/egress.ts";
import type { SmtpStage } from "./types.ts";

/** A handshake of so long is no news; after that it is what one waits for. */
const SILENCE_MS = 5_000;

/** What a lane waits for, and until when (unix ms; undefined = until a message ends). */
export type Wait = { boundBy: BoundBy; untilMs: number | undefined };

export type BottleneckFacts = {
  /** Why the journal cannot be written; undefined when it can. */
  trouble: string | undefined;
  /** What keeps the whole node from starting anything. */
  nodeFull: BoundBy | undefined;
  waitOf: (lane: Lane) => Wait | undefined;
  now: number;
};

/** What holds the campaign back now, as a sentence; empty when nothing does but the speed of both sides. */
export function bottleneckOf(run: Run, facts: BottleneckFacts): string {
  if (facts.trouble !== undefined) {
    return `Nothing is sent while the journal cannot be written: ${facts.trouble}`;
  }
  if (facts.nodeFull !== undefined && run.waiting > 0) {
    return sentenceOf({ boundBy: facts.nodeFull, untilMs: undefined }, run, facts.now);
  }
  const worst = mostWaitedFor(run, facts);
  const silence =
    worst === undefined || worst.boundBy.kind === "concurrency" ? silenceOf(run, facts.now) : "";
  if (silence !== "") {
    return silence;
  }
  if (worst !== undefined) {
    return sentenceOf(worst, run, facts.now);
  }
  if (run.unplaced.size > 0 && run.waiting + run.inFlight === 0) {
    return "Looking up where the mail of the recipients' domains goes.";
  }
  return "";
}

/** What most of the messages in hand wait for; undefined when more could go at once. */
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

/** Which server everything under way waits for before it can begin; empty when one is ready for messages. */
function silenceOf(run: Run, now: number): string {
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
  return `The server ${site.name} (route “${way.egress.route.name}”) ${what}, since ${timeOf(since, now)}.`;
}

/** A limit in words, for the campaign's page. */
function sentenceOf({ boundBy, untilMs }: Wait, run: Run, now: number): string {
  const subject = subjectOf(boundBy, run);
  const until = untilMs === undefined ? "" : ` until ${timeOf(untilMs, now)}`;
  switch (boundBy.kind) {
    case "suspended":
      return `Sending through ${subject} is suspended${until}: ${boundBy.reason}`;
    case "quota":
      return `The quota of ${subject} is used up${until}: ${boundBy.allowed} messages ${periodOf(boundBy.reason)}.`;
    case "concurrency":
      return concurrencySentence(boundBy, subject);
    case "rate":
      return rateSentence(boundBy, subject);
  }
}

function concurrencySentence({ level, allowed, configured, reason }: BoundBy, subject: string) {
  if (reason !== "") {
    return `${subjectFirst(subject)} sends ${allowed} at once for now: ${reason}`;
  }
  if (allowed >= configured) {
    return level === "node"
      ? "This server has as many messages under way as it holds in memory."
      : `All connections of ${subject} are in use.`;
  }
  return level === "route"
    ? `The server asked us to slow down: ${subject} sends ${allowed} messages at once.`
    : `${subjectFirst(subject)} sends ${allowed} at once, and more as they are taken.`;
}

function rateSentence({ level, allowed, configured, reason }: BoundBy, subject: string): string {
  const rate = rateOf(allowed);
  if (level === "campaign") {
    return `Spread over the time that was asked for: ${rate}.`;
  }
  if (level === "source_provider" && allowed < 1) {
    return `${subjectFirst(subject)} is being warmed up: ${rate}, evenly over the day.`;
  }
  if (reason !== "") {
    return `${subjectFirst(subject)} sends ${rate} for now: ${reason}`;
  }
  return allowed < configured
    ? `The server asked us to slow down: ${subject} sends ${rate}.`
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
  }
}

/** The id of a limit of a route begins with the workspace and the number of the route. */
function routeName(run: Run, id: string): string {
  const routeId = Number(id.split("/")[1]);
  const way = run.parts.ways.find(({ egress }) => egress.route.id === routeId);
  return `the route “${way?.egress.route.name ?? routeId}”`;
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

/** Times of today alone, others with their day; the page says that they are UTC. */
export function timeOf(atMs: number, now: number): string {
  const at = new Date(atMs).toISOString();
  const isToday = at.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return `${isToday ? "" : `${at.slice(0, 10)} `}${at.slice(11, 16)} UTC`;
}

/** In the unit in which it is at least one. */
function rateOf(perSecond: number): string {
  if (perSecond >= 1) {
    return `${rounded(perSecond)} messages a second`;
  }
  return perSecond * 60 >= 1
    ? `${rounded(perSecond * 60)} messages a minute`
    : `${rounded(perSecond * 3_600)} messages an hour`;
}

function rounded(n: number): number {
  return n < 10 ? Math.round(n * 10) / 10 : Math.round(n);
}
