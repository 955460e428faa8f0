import { domainOf } from "../../platform/address.rules.ts";
import type { Clocks } from "../../platform/clock.ts";
import { log } from "../../platform/log.ts";
import { storedBecause } from "../../reasons/because.ts";
import { endsConnection, isRefusedConnection, reasonOf } from "../smtp/failure.ts";
import type { Judgement, SiteRefusal, SmtpOutcome, Verdict } from "../types.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { applyActions } from "./limit-actions.ts";
import { routeSiteKey, senderOf, senderSiteKey, sourceProviderKey } from "./limits.ts";
import { LostAnswersBook } from "./lost-answers.ts";
import type { Placer } from "./placing.ts";
import { allows, type CampaignRoute } from "./routing.ts";
import type { Lane, MessageInFlight, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;
/** `startedAt` is in steady ms. */
export type FinishedTry = { outcome: Answered; verdict: Judgement; startedAt: number };

export type FeedbackParts = {
  clocks: Clocks;
  traffic: Traffic;
  dispatcher: Dispatcher;
  placer: Placer;
  runs: () => Iterable<Run>;
  /** The campaign must be paused for this reason until a person has looked at it. */
  onPause: (run: Run, reason: string) => void;
  /**
   * Messages that this campaign's servers may have accepted without a reply must be held, whatever its setting says.
   */
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
/** How long a recipient's server gets no mail after the replies to many messages were lost. */
const LOST_ANSWERS_PAUSE_MS = 60 * 60_000;

/** Draws conclusions from the outcomes of attempts: sending rate, dead sites, broken routes. */
export class Feedback {
  readonly #parts: FeedbackParts;
  /** Sites that could not be reached since the last success, by route. */
  readonly #outOfReach = new WeakMap<CampaignRoute["circuit"], Set<string>>();
  /** Sites that refused a campaign since one last accepted a message of it. */
  readonly #against = new WeakMap<Run, Set<string>>();
  /** Since when (steady ms) a route's TLS has been failing without a success. */
  readonly #tlsBrokenSince = new WeakMap<CampaignRoute["circuit"], number>();
  readonly #lostAnswers = new LostAnswersBook();

  constructor(parts: FeedbackParts) {
    this.#parts = parts;
  }

  /**
   * If the route is at fault and another working route exists, makes the message due at once for that one. Messages
   * that may have been accepted by a server whose replies are often lost are held for a person instead of being sent
   * again.
   */
  redirect(run: Run, item: MessageInFlight, { outcome, verdict }: FinishedTry): Judgement {
    const { campaignRoute } = item.lane.target;
    if (outcome.kind === "ambiguous") {
      const isSuspect = this.#lostAnswers.isSuspect(item.lane);
      const { dueAt: _, ...rest } = verdict;
      return isSuspect && verdict.state === "deferred" ? { ...rest, state: "held" } : verdict;
    }
    const isRoutes =
      verdict.routeFault !== undefined ||
      (campaignRoute.egress.route.kind !== "direct" && isRefusedConnection(outcome));
    return isRoutes && verdict.state === "deferred" && this.#hasOtherRoute(run, item)
      ? { ...verdict, dueAt: this.#parts.clocks.wall(), countsAsAttempt: false }
      : verdict;
  }

  /** Updates the pace, the state of the route and the lanes. The message itself has already been settled. */
  learn(run: Run, item: MessageInFlight, tried: FinishedTry): void {
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
  moveToOtherRoutes(run: Run, campaignRoute: CampaignRoute): void {
    if (run.parts.routes.length > 1) {
      this.#parts.placer.replace(run, (target) => target.campaignRoute === campaignRoute);
    }
  }

  #onAccepted(run: Run, lane: Lane): void {
    const { campaignRoute, site } = lane.target;
    const { traffic } = this.#parts;
    campaignRoute.hasDelivered = true;
    this.#against.delete(run);
    const { route } = campaignRoute.egress;
    if (route.kind === "direct") {
      const { id } = routeSiteKey(route, site.key);
      traffic.siteTookMail(site.key);
      traffic.deadSites.answered(id);
      traffic.refusingSites.answered(id);
      traffic.refusingSites.answered(senderSiteKey(route, envelopeOf(run), site.key).id);
    }
    this.#routeWorks(campaignRoute);
  }

  #routeWorks(campaignRoute: CampaignRoute): void {
    const { circuit, position, egress } = campaignRoute;
    this.#outOfReach.delete(circuit);
    this.#tlsBrokenSince.delete(circuit);
    if (circuit.succeeded()) {
      const { route } = egress;
      log.info({ workspaceId: route.workspaceId, routeId: route.id }, "a route works again");
      for (const run of this.#runsOf(campaignRoute)) {
        // Messages that were moved to other routes meanwhile are placed again.
        this.#parts.placer.replace(run, (target) => target.campaignRoute.position >= position);
      }
    }
  }

  #onFailure(run: Run, item: MessageInFlight, { outcome, verdict, startedAt }: FinishedTry): void {
    const { lane } = item;
    const { campaignRoute, site } = lane.target;
    const isDirect = campaignRoute.egress.route.kind === "direct";
    if (!isRefusedConnection(outcome)) {
      if (!isDirect && verdict.routeFault === undefined) {
        this.#onAnswer(campaignRoute, outcome);
      }
    } else if (isDirect && isUnreachable(outcome)) {
      this.#siteFailed(lane, reasonOf(outcome), startedAt, isSilent(outcome));
      this.#countOutOfReach(campaignRoute, site.key);
    } else if (!isDirect) {
      this.#routeFailed(campaignRoute, reasonOf(outcome), isSilent(outcome));
      this.#releaseWaiting(campaignRoute);
      this.#countBrokenTls(run, item, outcome);
    }
  }

  /**
   * A relay that replies to a message works, whatever the reply says. One that breaks the connection in the middle of
   * a message proves nothing, so it only keeps an open circuit open.
   */
  #onAnswer(campaignRoute: CampaignRoute, outcome: Answered): void {
    if (outcome.kind === "refused" && !endsConnection(outcome)) {
      this.#routeWorks(campaignRoute);
    } else if (campaignRoute.circuit.state(this.#parts.clocks.steady()) !== "closed") {
      this.#routeFailed(campaignRoute, reasonOf(outcome), false);
    }
  }

  /**
   * If a relay has no usable connection, returns the messages waiting for one to their lanes: there they do not take
   * up the node's places.
   */
  #releaseWaiting({ circuit, egress }: CampaignRoute): void {
    if (egress.usable() > 0) {
      return;
    }
    for (const { isHalted, parts } of this.#parts.runs()) {
      const own = isHalted ? undefined : parts.routes.find((one) => one.circuit === circuit);
      if (own !== undefined) {
        cancelInFlight(own);
      }
    }
  }

  /** Broken TLS is retried like an unreachable server. If it lasts, the route is reported as faulty. */
  #countBrokenTls(run: Run, item: MessageInFlight, outcome: Answered): void {
    const { circuit } = item.lane.target.campaignRoute;
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
    const { campaignRoute, site } = lane.target;
    const { traffic, clocks } = this.#parts;
    const key = routeSiteKey(campaignRoute.egress.route, site.key);
    const now = clocks.steady();
    const pauseMs = traffic.deadSites.failed(key.id, startedAt, now, wasSilent);
    if (pauseMs !== undefined) {
      const why = storedBecause("site_unreachable", { site: site.name, fault: error });
      traffic.limiter.suspend(key, now + pauseMs, why);
      traffic.limiter.probe(key);
    }
  }

  /**
   * A site refuses our mail. This is attributed to the site alone until many sites refuse. If the site refuses the
   * sender's domain, only mail of that domain is suspended there; other senders on the route may still be accepted.
   */
  #siteRefused(run: Run, item: MessageInFlight, refusal: SiteRefusal, startedAt: number): void {
    const { campaignRoute, site } = item.lane.target;
    const { traffic, clocks } = this.#parts;
    const { words, refuses } = refusal;
    const said = { site: site.name, said: words };
    const sender = envelopeOf(run);
    const key =
      refuses === "sender"
        ? senderSiteKey(campaignRoute.egress.route, sender, site.key)
        : routeSiteKey(campaignRoute.egress.route, site.key);
    const now = clocks.steady();
    const pauseMs = traffic.refusingSites.failed(key.id, startedAt, now, false);
    if (pauseMs !== undefined) {
      const why =
        refuses === "sender"
          ? storedBecause("site_refuses_sender", { ...said, sender })
          : storedBecause("site_refuses_us", said);
      traffic.limiter.suspend(key, now + pauseMs, why);
      traffic.limiter.probe(key);
    }
    const against = this.#against.get(run) ?? new Set();
    this.#against.set(run, against.add(site.key));
    if (against.size >= SITES_AGAINST_US) {
      const all = storedBecause("sites_refuse_us", { ...said, count: against.size });
      against.clear();
      this.#routeFault(run, item, all);
    }
  }

  /**
   * A relay that closes the connection after the dot stops the campaign; a recipient's server stops only its own
   * messages.
   */
  #countLostAnswers(run: Run, item: MessageInFlight, outcome: Answered): void {
    const { campaignRoute, site } = item.lane.target;
    const { route } = campaignRoute.egress;
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
    this.#holdUnknown(campaignRoute);
    if (route.kind === "direct") {
      const { traffic, clocks } = this.#parts;
      const key = routeSiteKey(route, site.key);
      const why = storedBecause("site_broke_off", { site: site.name, often });
      traffic.limiter.suspend(key, clocks.steady() + LOST_ANSWERS_PAUSE_MS, why);
      traffic.limiter.probe(key);
      return;
    }
    const hasOther = this.#hasOtherRoute(run, item);
    this.#routeFailed(campaignRoute, storedBecause("relay_broke_off", { often }), true);
    if (!hasOther && !run.isHalted) {
      this.#parts.onPause(run, storedBecause("route_loses_answers", { route: route.name, often }));
    }
  }

  /** Every campaign of the route may have used the faulty server, so none of them sends such messages again. */
  #holdUnknown({ circuit }: CampaignRoute): void {
    for (const run of this.#parts.runs()) {
      if (run.parts.routes.some((own) => own.circuit === circuit)) {
        this.#parts.onLostAnswers(run);
      }
    }
  }

  /** If outgoing connections are blocked (often port 25), every site looks dead. */
  #countOutOfReach(campaignRoute: CampaignRoute, siteKey: string): void {
    const sites = this.#outOfReach.get(campaignRoute.circuit) ?? new Set();
    this.#outOfReach.set(campaignRoute.circuit, sites.add(siteKey));
    if (sites.size >= SITES_OUT_OF_REACH) {
      sites.clear();
      this.#routeFailed(campaignRoute, storedBecause("no_site_reachable"), true);
    }
  }

  #routeFault(run: Run, item: MessageInFlight, fault: string): void {
    const { campaignRoute } = item.lane.target;
    this.#routeFailed(campaignRoute, fault, true);
    if (!this.#hasOtherRoute(run, item) && !run.isHalted) {
      const { name: route } = campaignRoute.egress.route;
      this.#parts.onPause(run, storedBecause("route_broken", { route, fault }));
    }
  }

  /** Whether another working route may be used for the message. */
  #hasOtherRoute(run: Run, { lane, recipient }: MessageInFlight): boolean {
    const domain = domainOf(recipient.address);
    const now = this.#parts.clocks.steady();
    return run.parts.routes.some(
      (campaignRoute) =>
        campaignRoute !== lane.target.campaignRoute &&
        allows(campaignRoute.egress.route, domain) &&
        campaignRoute.circuit.state(now) === "closed",
    );
  }

  /** Records a failure of the route. If that opens its circuit, messages before the dot are moved to other routes. */
  #routeFailed(campaignRoute: CampaignRoute, reason: string, isFault: boolean): void {
    if (campaignRoute.circuit.failed(this.#parts.clocks.steady(), reason, isFault)) {
      const { workspaceId, id } = campaignRoute.egress.route;
      log.warn({ workspaceId, routeId: id, reason }, "a route does not work");
      this.#leave(campaignRoute);
    }
  }

  /**
   * The route has announced that it accepts nothing for a while. If no campaign has another route, the limiter's
   * suspension is enough.
   */
  #routeShut({ target: { campaignRoute } }: Lane, untilMs: number, reason: string): void {
    if (this.#runsOf(campaignRoute).length > 0) {
      campaignRoute.circuit.trip(untilMs, reason);
      this.#leave(campaignRoute);
    }
  }

  /** Cancels messages before the dot and moves them to other routes, in each campaign that has another route. */
  #leave(campaignRoute: CampaignRoute): void {
    for (const run of this.#runsOf(campaignRoute)) {
      const own = run.parts.routes.find(({ circuit }) => circuit === campaignRoute.circuit);
      if (own !== undefined) {
        cancelInFlight(own);
        this.moveToOtherRoutes(run, own);
      }
    }
  }

  /** Running campaigns that use this route and at least one other. */
  #runsOf({ circuit }: CampaignRoute): Run[] {
    return [...this.#parts.runs()].filter(
      ({ isHalted, parts: { routes } }) =>
        !isHalted && routes.length > 1 && routes.some((own) => own.circuit === circuit),
    );
  }

  #countWarmUp(lane: Lane, { state }: Verdict): void {
    const { source, site, campaignRoute } = lane.target;
    if (source?.warmUp !== undefined) {
      const { id } = sourceProviderKey(campaignRoute.egress.route, source, site.provider);
      const how = state === "sent" || state === "deferred" ? state : "other";
      this.#parts.traffic.warmUps.result(id, source.warmUp, this.#parts.clocks.wall(), how);
    }
  }
}

const envelopeOf = (run: Run): string => senderOf(run).envelopeDomain;

/** Cancels all messages in flight on this route that are before the dot. */
function cancelInFlight(campaignRoute: CampaignRoute): void {
  const { cancellation } = campaignRoute;
  campaignRoute.cancellation = new AbortController();
  cancellation.abort();
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
