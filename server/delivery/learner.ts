import type { Clock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { carryOut } from "./limit-actions.ts";
import type { Settlement } from "./limiter/gate.ts";
import { routeSiteKey, sourceProviderKey } from "./limits.ts";
import type { Placer } from "./placing.ts";
import { allows, type Way } from "./routing.ts";
import type { ItemUnderWay, Lane, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";
import type { Judgement, SmtpOutcome, SmtpStage, Verdict } from "./types.ts";

type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;
export type Tried = { outcome: Answered; verdict: Judgement; startedAt: number };

export type LearnerParts = {
  clock: Clock;
  traffic: Traffic;
  dispatcher: Dispatcher;
  placer: Placer;
  runs: () => Iterable<Run>;
  /** The campaign cannot go on without a person, for this reason. */
  onPause: (run: Run, reason: string) => void;
};

/** Before these stages are over there is no session: what fails here is the server, not the message. */
const opening: ReadonlySet<SmtpStage> = new Set([
  "dns",
  "connect",
  "greeting",
  "ehlo",
  "starttls",
  "auth",
]);

/** Sites in a row that a direct route could not connect to, before it is the route that does not work. */
const SITES_OUT_OF_REACH = 10;

/** Draws conclusions from how tries ended: pace, dead sites, routes out of order. */
export class Learner {
  readonly #parts: LearnerParts;
  /** Sites that could not be reached since the last one that could, by route. */
  readonly #outOfReach = new WeakMap<Way["circuit"], Set<string>>();

  constructor(parts: LearnerParts) {
    this.#parts = parts;
  }

  /** A message that its route let down goes by another one at once, where there is one in order. */
  redirect(run: Run, item: ItemUnderWay, { outcome, verdict }: Tried): Judgement {
    const { way } = item.lane.target;
    const hasStage = outcome.kind === "broken" || outcome.kind === "refused";
    const isRoutes =
      verdict.routeFault !== undefined ||
      (way.egress.route.kind !== "direct" && hasStage && opening.has(outcome.stage));
    return isRoutes && verdict.state === "deferred" && this.#hasOtherWay(run, item)
      ? { ...verdict, dueAt: this.#parts.clock(), countsAsAttempt: false }
      : verdict;
  }

  /** @returns what the limiter is to learn of it. */
  learn(run: Run, item: ItemUnderWay, tried: Tried): Settlement {
    const { lane } = item;
    const { outcome, verdict } = tried;
    if (outcome.kind === "accepted") {
      this.#took(lane);
    } else {
      this.#heedFailure(lane, tried);
    }
    this.#heedWarmUp(lane, verdict);
    if (verdict.routeFault !== undefined) {
      this.#routeFault(run, item, verdict.routeFault);
    }
    if (verdict.actions.length > 0) {
      carryOut(
        { ...this.#parts, onRouteShut: (shut, until, why) => this.#routeShut(shut, until, why) },
        lane,
        verdict.actions,
        this.#parts.clock(),
      );
    }
    if (verdict.pushback) {
      return "pushback";
    }
    return outcome.kind === "accepted" ? "success" : "neutral";
  }

  /** The campaign's messages that wait for this way go by others, where there are any in order. */
  findOtherWay(run: Run, way: Way): void {
    if (run.parts.ways.length > 1) {
      this.#parts.placer.replace(run, (target) => target.way === way);
    }
  }

  #took(lane: Lane): void {
    const { way, site } = lane.target;
    const { traffic } = this.#parts;
    way.hasDelivered = true;
    lane.isShaky = false;
    if (way.egress.route.kind === "direct") {
      traffic.siteTookMail(site.key);
      traffic.deadSites.answered(routeSiteKey(way.egress.route, site.key).id);
    }
    this.#works(way);
  }

  #works(way: Way): void {
    this.#outOfReach.delete(way.circuit);
    if (way.circuit.succeeded()) {
      const { route } = way.egress;
      log.info({ workspaceId: route.workspaceId, routeId: route.id }, "a route works again");
      for (const run of this.#runsOf(way)) {
        // Who went another way meanwhile comes back.
        this.#parts.placer.replace(run, (target) => target.way.position >= way.position);
      }
    }
  }

  #heedFailure(lane: Lane, { outcome, verdict, startedAt }: Tried): void {
    const { way, site } = lane.target;
    const isDirect = way.egress.route.kind === "direct";
    const hasStage = outcome.kind === "broken" || outcome.kind === "refused";
    if (!hasStage || !opening.has(outcome.stage)) {
      if (!isDirect && verdict.routeFault === undefined) {
        this.#works(way);
      }
      return;
    }
    lane.isShaky = true;
    if (!isDirect && !verdict.pushback) {
      this.#letDown(way, reasonOf(outcome), false);
    } else if (!isDirect && outcome.kind === "broken") {
      this.#letDown(way, outcome.error, false);
    } else if (isDirect && isUnreachable(outcome)) {
      this.#siteFailed(lane, reasonOf(outcome), startedAt, isSilent(outcome));
      this.#countOutOfReach(way, site.key);
    }
  }

  #siteFailed(lane: Lane, error: string, startedAt: number, wasSilent: boolean): void {
    const { way, site } = lane.target;
    const { traffic, clock } = this.#parts;
    const key = routeSiteKey(way.egress.route, site.key);
    const now = clock();
    const pauseMs = traffic.deadSites.failed(key.id, startedAt, now, wasSilent);
    if (pauseMs !== undefined) {
      traffic.limiter.suspend(key, now + pauseMs, `${site.name} cannot be reached: ${error}`);
      traffic.limiter.probe(key);
    }
  }

  /** A host whose way out is closed (port 25, often) finds every site dead. */
  #countOutOfReach(way: Way, siteKey: string): void {
    const sites = this.#outOfReach.get(way.circuit) ?? new Set();
    this.#outOfReach.set(way.circuit, sites.add(siteKey));
    if (sites.size >= SITES_OUT_OF_REACH) {
      sites.clear();
      this.#letDown(way, "no mail server can be reached from here; is port 25 open?", true);
    }
  }

  #routeFault(run: Run, item: ItemUnderWay, fault: string): void {
    const { way } = item.lane.target;
    this.#letDown(way, fault, true);
    if (!this.#hasOtherWay(run, item) && !run.isHalted) {
      this.#parts.onPause(run, `The route “${way.egress.route.name}” does not work: ${fault}`);
    }
  }

  /** Whether the message may go by another route that is in order. */
  #hasOtherWay(run: Run, { lane, recipient }: ItemUnderWay): boolean {
    const domain = recipient.address.slice(recipient.address.lastIndexOf("@") + 1);
    const now = this.#parts.clock();
    return run.parts.ways.some(
      (way) =>
        way !== lane.target.way &&
        allows(way.egress.route, domain) &&
        way.circuit.state(now) === "closed",
    );
  }

  /** The way did not work. When it is out of order for it, its messages before the dot go by others. */
  #letDown(way: Way, reason: string, isFault: boolean): void {
    if (way.circuit.failed(this.#parts.clock(), reason, isFault)) {
      const { workspaceId, id } = way.egress.route;
      log.warn({ workspaceId, routeId: id, reason }, "a route does not work");
      this.#leave(way);
    }
  }

  /** The route said that it takes nothing for a while. Where it is the only one, that is waited out. */
  #routeShut({ target: { way } }: Lane, untilMs: number, reason: string): void {
    if (this.#runsOf(way).length > 0) {
      way.circuit.trip(untilMs, reason);
      this.#leave(way);
    }
  }

  /** What is before its dot there goes by others, in every campaign that has others. */
  #leave(way: Way): void {
    for (const run of this.#runsOf(way)) {
      const own = run.parts.ways.find(({ circuit }) => circuit === way.circuit);
      if (own !== undefined) {
        const { recall } = own;
        own.recall = new AbortController();
        recall.abort();
        this.findOtherWay(run, own);
      }
    }
  }

  /** Running campaigns that have the way and another one. */
  #runsOf({ circuit }: Way): Run[] {
    return [...this.#parts.runs()].filter(
      ({ isHalted, parts: { ways } }) =>
        !isHalted && ways.length > 1 && ways.some((own) => own.circuit === circuit),
    );
  }

  #heedWarmUp(lane: Lane, { state }: Verdict): void {
    const { source, site, way } = lane.target;
    if (source?.warmUp !== undefined) {
      const { id } = sourceProviderKey(way.egress.route, source, site.provider);
      const how = state === "sent" || state === "deferred" ? state : "other";
      this.#parts.traffic.warmUps.result(id, source.warmUp, this.#parts.clock(), how);
    }
  }
}

function reasonOf(outcome: Answered): string {
  if (outcome.kind === "refused") {
    return [outcome.reply.code, outcome.reply.enhanced, outcome.reply.text].join(" ");
  }
  return outcome.kind === "accepted" ? "" : outcome.error;
}

/** No host of the site could be connected to; a name that does not resolve is another matter. */
function isUnreachable(outcome: Answered): boolean {
  return (
    outcome.kind === "broken" &&
    outcome.stage !== "dns" &&
    (outcome.fault === "connection" || outcome.fault === "timeout")
  );
}

function isSilent(outcome: Answered): boolean {
  return outcome.kind === "broken" && outcome.fault === "timeout" && outcome.stage === "connect";
}
