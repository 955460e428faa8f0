import { domainOf } from "../../platform/address.rules.ts";
import type { Clocks } from "../../platform/clock.ts";
import { log } from "../../platform/log.ts";
import { endsConnection, isRefusedConnection, reasonOf } from "../smtp/failure.ts";
import type { Judgement, SiteRefusal, SmtpOutcome, Verdict } from "../types.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { applyActions } from "./limit-actions.ts";
import { routeSiteKey, senderOf, senderSiteKey, sourceProviderKey } from "./limits.ts";
import { LostAnswersBook, lostAnswersSentence } from "./lost-answers.ts";
import type { Placer } from "./placing.ts";
import { allows, type Way } from "./routing.ts";
import type { Lane, MessageInFlight, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;
/** `startedAt` is in steady ms. */
export type Tried = { outcome: Answered; verdict: Judgement; startedAt: number };

export type FeedbackParts = {
  clocks: Clocks;
  traffic: Traffic;
  dispatcher: Dispatcher;
  placer: Placer;
  runs: () => Iterable<Run>;
  /** The campaign must be paused for this reason until a person has looked at it. */
  onPause: (run: Run, reason: string) => void;
  /** What this campaign's servers may have taken without an answer must be held, whatever its setting says. */
  onLostAnswers: (run: Run) => void;
};

/** How many sites in a row a direct route may fail to connect to before the route itself counts as broken. */
const SITES_OUT_OF_REACH = 10;
/** How many sites in a row may refuse us before the cause is assumed to be the route and not the sites. */
const SITES_AGAINST_US = 10;
/**
 * After failing this long, a relay's TLS is assumed to need a person. Shorter failures can be a certificate renewal.
 */
const BROKEN_TLS_MS = 15 * 60_000;
/** How long a recipient's server gets no mail after it has lost the answers to many messages. */
const LOST_ANSWERS_PAUSE_MS = 60 * 60_000;

/** Draws conclusions from the outcomes of tries: sending rate, dead sites, broken routes. */
export class Feedback {
  readonly #parts: FeedbackParts;
  /** Sites that could not be reached since the last success, by route. */
  readonly #outOfReach = new WeakMap<Way["circuit"], Set<string>>();
  /** Sites that refused a campaign since one last accepted a message of it. */
  readonly #against = new WeakMap<Run, Set<string>>();
  /** Since when (steady ms) a route's TLS has been failing without a success. */
  readonly #tlsBrokenSince = new WeakMap<Way["circuit"], number>();
  readonly #lostAnswers = new LostAnswersBook();

  constructor(parts: FeedbackParts) {
    this.#parts = parts;
  }

  /**
   * If the route is at fault and another working route exists, makes the message due at once for that one. What a
   * server may have accepted that keeps losing its answers is held for a person, instead of being sent again.
   */
  redirect(run: Run, item: MessageInFlight, { outcome, verdict }: Tried): Judgement {
    const { way } = item.lane.target;
    if (outcome.kind === "ambiguous") {
      const isSuspect = this.#lostAnswers.isSuspect(item.lane);
      const { dueAt: _, ...rest } = verdict;
      return isSuspect && verdict.state === "deferred" ? { ...rest, state: "held" } : verdict;
    }
    const isRoutes =
      verdict.routeFault !== undefined ||
      (way.egress.route.kind !== "direct" && isRefusedConnection(outcome));
    return isRoutes && verdict.state === "deferred" && this.#hasOtherWay(run, item)
      ? { ...verdict, dueAt: this.#parts.clocks.wall(), countsAsAttempt: false }
      : verdict;
  }

  /** Updates the pace, the state of the route and the lanes. The message itself has already been settled. */
  learn(run: Run, item: MessageInFlight, tried: Tried): void {
    const { lane } = item;
    const { outcome, verdict } = tried;
    if (outcome.kind === "accepted") {
      this.#onAccepted(run, lane);
    } else {
      this.#onFailure(run, item, tried);
    }
    this.#countLostAnswers(run, item, outcome);
    this.#countWarmUp(lane, verdict);
    if (verdict.routeFault !== undefined) {
      this.#routeFault(run, item, verdict.routeFault);
    }
    if (verdict.siteRefusal !== undefined) {
      this.#siteRefused(run, item, verdict.siteRefusal, tried.startedAt);
    }
    if (verdict.actions.length > 0) {
      applyActions(
        { ...this.#parts, onRouteShut: (shut, until, why) => this.#routeShut(shut, until, why) },
        lane,
        verdict.actions,
        this.#parts.clocks.steady(),
      );
    }
  }

  /** Moves the campaign's messages that wait for this route to other working routes, if there are any. */
  findOtherWay(run: Run, way: Way): void {
    if (run.parts.ways.length > 1) {
      this.#parts.placer.replace(run, (target) => target.way === way);
    }
  }

  #onAccepted(run: Run, lane: Lane): void {
    const { way, site } = lane.target;
    const { traffic } = this.#parts;
    way.hasDelivered = true;
    this.#against.delete(run);
    if (way.egress.route.kind === "direct") {
      const { id } = routeSiteKey(way.egress.route, site.key);
      traffic.siteTookMail(site.key);
      traffic.deadSites.answered(id);
      traffic.refusingSites.answered(id);
      traffic.refusingSites.answered(senderSiteKey(way.egress.route, envelopeOf(run), site.key).id);
    }
    this.#routeWorks(way);
  }

  #routeWorks(way: Way): void {
    this.#outOfReach.delete(way.circuit);
    this.#tlsBrokenSince.delete(way.circuit);
    if (way.circuit.succeeded()) {
      const { route } = way.egress;
      log.info({ workspaceId: route.workspaceId, routeId: route.id }, "a route works again");
      for (const run of this.#runsOf(way)) {
        // Messages that were moved to other routes meanwhile are placed again.
        this.#parts.placer.replace(run, (target) => target.way.position >= way.position);
      }
    }
  }

  #onFailure(run: Run, item: MessageInFlight, { outcome, verdict, startedAt }: Tried): void {
    const { lane } = item;
    const { way, site } = lane.target;
    const isDirect = way.egress.route.kind === "direct";
    if (!isRefusedConnection(outcome)) {
      if (!isDirect && verdict.routeFault === undefined) {
        this.#onAnswer(way, outcome);
      }
    } else if (isDirect && isUnreachable(outcome)) {
      this.#siteFailed(lane, reasonOf(outcome), startedAt, isSilent(outcome));
      this.#countOutOfReach(way, site.key);
    } else if (!isDirect) {
      this.#routeFailed(way, reasonOf(outcome), isSilent(outcome));
      this.#releaseWaiting(way);
      this.#countBrokenTls(run, item, outcome);
    }
  }

  /**
   * A relay that replies to a message works, whatever the reply says. One that breaks the connection in the middle of
   * a message proves nothing, so it only keeps an open circuit open.
   */
  #onAnswer(way: Way, outcome: Answered): void {
    if (outcome.kind === "refused" && !endsConnection(outcome)) {
      this.#routeWorks(way);
    } else if (way.circuit.state(this.#parts.clocks.steady()) !== "closed") {
      this.#routeFailed(way, reasonOf(outcome), false);
    }
  }

  /**
   * If a relay has no usable connection, returns the messages waiting for one to their lanes: there they do not take
   * up the node's places.
   */
  #releaseWaiting(way: Way): void {
    if (way.egress.usable() > 0) {
      return;
    }
    for (const { isHalted, parts } of this.#parts.runs()) {
      const own = isHalted ? undefined : parts.ways.find(({ circuit }) => circuit === way.circuit);
      if (own !== undefined) {
        recall(own);
      }
    }
  }

  /** Broken TLS is retried like an unreachable server. If it lasts, the route is reported as faulty. */
  #countBrokenTls(run: Run, item: MessageInFlight, outcome: Answered): void {
    const { circuit } = item.lane.target.way;
    const isTls =
      (outcome.kind === "broken" || outcome.kind === "refused") && outcome.stage === "starttls";
    if (!isTls) {
      this.#tlsBrokenSince.delete(circuit);
      return;
    }
    const now = this.#parts.clocks.steady();
    const since = this.#tlsBrokenSince.get(circuit) ?? now;
    this.#tlsBrokenSince.set(circuit, since);
    if (now - since >= BROKEN_TLS_MS) {
      this.#routeFault(run, item, reasonOf(outcome));
    }
  }

  #siteFailed(lane: Lane, error: string, startedAt: number, wasSilent: boolean): void {
    const { way, site } = lane.target;
    const { traffic, clocks } = this.#parts;
    const key = routeSiteKey(way.egress.route, site.key);
    const now = clocks.steady();
    const pauseMs = traffic.deadSites.failed(key.id, startedAt, now, wasSilent);
    if (pauseMs !== undefined) {
      traffic.limiter.suspend(key, now + pauseMs, `${site.name} cannot be reached: ${error}`);
      traffic.limiter.probe(key);
    }
  }

  /**
   * A site refuses our mail. This is attributed to the site alone until many sites refuse. If the site refuses the
   * sender's domain, only mail of that domain is suspended there; other senders on the route may still be accepted.
   */
  #siteRefused(run: Run, item: MessageInFlight, refusal: SiteRefusal, startedAt: number): void {
    const { way, site } = item.lane.target;
    const { traffic, clocks } = this.#parts;
    const { words, refuses } = refusal;
    const sender = envelopeOf(run);
    const key =
      refuses === "sender"
        ? senderSiteKey(way.egress.route, sender, site.key)
        : routeSiteKey(way.egress.route, site.key);
    const from = refuses === "sender" ? sender : "here";
    const now = clocks.steady();
    const pauseMs = traffic.refusingSites.failed(key.id, startedAt, now, false);
    if (pauseMs !== undefined) {
      traffic.limiter.suspend(
        key,
        now + pauseMs,
        `${site.name} refuses mail from ${from}: ${words}`,
      );
      traffic.limiter.probe(key);
    }
    const against = this.#against.get(run) ?? new Set();
    this.#against.set(run, against.add(site.key));
    if (against.size >= SITES_AGAINST_US) {
      const all = `${against.size} mail servers in a row refuse mail from here; the last one, ${site.name}, says ${words}`;
      against.clear();
      this.#routeFault(run, item, all);
    }
  }

  /** A relay that breaks off after the dot stops the campaign; a recipient's server only its own messages. */
  #countLostAnswers(run: Run, item: MessageInFlight, outcome: Answered): void {
    const { way, site } = item.lane.target;
    const { route } = way.egress;
    if (outcome.kind !== "ambiguous") {
      if (outcome.kind === "accepted" || (outcome.kind === "refused" && outcome.stage === "dot")) {
        this.#lostAnswers.answered(item.lane);
      }
      return;
    }
    const often = this.#lostAnswers.lost(item.lane);
    if (often === undefined) {
      return;
    }
    this.#holdUnknown(way);
    if (route.kind === "direct") {
      const { traffic, clocks } = this.#parts;
      const key = routeSiteKey(route, site.key);
      const why = `${site.name} broke off the connection after accepting ${often}`;
      traffic.limiter.suspend(key, clocks.steady() + LOST_ANSWERS_PAUSE_MS, why);
      traffic.limiter.probe(key);
      return;
    }
    const hasOther = this.#hasOtherWay(run, item);
    this.#routeFailed(way, `it broke off the connection after accepting ${often}`, true);
    if (!hasOther && !run.isHalted) {
      this.#parts.onPause(run, lostAnswersSentence(route.name, often));
    }
  }

  /** Every campaign of the route may have been given to the faulty server, so no campaign sends such messages again. */
  #holdUnknown({ circuit }: Way): void {
    for (const run of this.#parts.runs()) {
      if (run.parts.ways.some((own) => own.circuit === circuit)) {
        this.#parts.onLostAnswers(run);
      }
    }
  }

  /** If outgoing connections are blocked (often port 25), every site looks dead. */
  #countOutOfReach(way: Way, siteKey: string): void {
    const sites = this.#outOfReach.get(way.circuit) ?? new Set();
    this.#outOfReach.set(way.circuit, sites.add(siteKey));
    if (sites.size >= SITES_OUT_OF_REACH) {
      sites.clear();
      this.#routeFailed(way, "no mail server can be reached from here; is port 25 open?", true);
    }
  }

  #routeFault(run: Run, item: MessageInFlight, fault: string): void {
    const { way } = item.lane.target;
    this.#routeFailed(way, fault, true);
    if (!this.#hasOtherWay(run, item) && !run.isHalted) {
      this.#parts.onPause(
        run,
        `The sending method “${way.egress.route.name}” does not work: ${fault}`,
      );
    }
  }

  /** Whether another working route may be used for the message. */
  #hasOtherWay(run: Run, { lane, recipient }: MessageInFlight): boolean {
    const domain = domainOf(recipient.address);
    const now = this.#parts.clocks.steady();
    return run.parts.ways.some(
      (way) =>
        way !== lane.target.way &&
        allows(way.egress.route, domain) &&
        way.circuit.state(now) === "closed",
    );
  }

  /** Records a failure of the route. If that opens its circuit, messages before the dot are moved to other routes. */
  #routeFailed(way: Way, reason: string, isFault: boolean): void {
    if (way.circuit.failed(this.#parts.clocks.steady(), reason, isFault)) {
      const { workspaceId, id } = way.egress.route;
      log.warn({ workspaceId, routeId: id, reason }, "a route does not work");
      this.#leave(way);
    }
  }

  /**
   * The route has announced that it accepts nothing for a while. If no campaign has another route, the limiter's
   * suspension is enough.
   */
  #routeShut({ target: { way } }: Lane, untilMs: number, reason: string): void {
    if (this.#runsOf(way).length > 0) {
      way.circuit.trip(untilMs, reason);
      this.#leave(way);
    }
  }

  /** Cancels messages before the dot and moves them to other routes, in each campaign that has another route. */
  #leave(way: Way): void {
    for (const run of this.#runsOf(way)) {
      const own = run.parts.ways.find(({ circuit }) => circuit === way.circuit);
      if (own !== undefined) {
        recall(own);
        this.findOtherWay(run, own);
      }
    }
  }

  /** Running campaigns that use this route and at least one other. */
  #runsOf({ circuit }: Way): Run[] {
    return [...this.#parts.runs()].filter(
      ({ isHalted, parts: { ways } }) =>
        !isHalted && ways.length > 1 && ways.some((own) => own.circuit === circuit),
    );
  }

  #countWarmUp(lane: Lane, { state }: Verdict): void {
    const { source, site, way } = lane.target;
    if (source?.warmUp !== undefined) {
      const { id } = sourceProviderKey(way.egress.route, source, site.provider);
      const how = state === "sent" || state === "deferred" ? state : "other";
      this.#parts.traffic.warmUps.result(id, source.warmUp, this.#parts.clocks.wall(), how);
    }
  }
}

const envelopeOf = (run: Run): string => senderOf(run).envelopeDomain;

/** Cancels all messages in flight on this route that are before the dot. */
function recall(way: Way): void {
  const { recall: old } = way;
  way.recall = new AbortController();
  old.abort();
}

/** True when no host of the site could be connected to. A DNS failure does not count. */
function isUnreachable(outcome: Answered): boolean {
  return (
    outcome.kind === "broken" &&
    outcome.stage !== "dns" &&
    (outcome.fault === "connection" || outcome.fault === "timeout")
  );
}

/** True when the server did not respond at all. It is then unlikely to recover soon. */
function isSilent(outcome: Answered): boolean {
  return (
    outcome.kind === "broken" &&
    outcome.fault === "timeout" &&
    (outcome.stage === "connect" || outcome.stage === "greeting")
  );
}
