import { domainOf } from "../../platform/address.rules.ts";
import type { Clocks } from "../../platform/clock.ts";
import type { Site } from "../smtp/egress.ts";
import type { RouteSource } from "../types.ts";
import { keysOf, type LimitBook, serverKeyOf, setLaneLimits, sourceProviderKey } from "./limits.ts";
import { allows, type CampaignRoute, chooseRoute, pickByWeight } from "./routing.ts";
import type { Lane, LaneTarget, MessageInHand, Run } from "./run.ts";

export type PlacerParts = {
  book: LimitBook;
  clocks: Clocks;
  /** The message is in its lane. */
  onPlaced: (run: Run, item: MessageInHand) => void;
  /** The lane may be empty now. */
  onEmptied: (lane: Lane) => void;
  /** No route of the campaign may be used for the domain. */
  onNowhere: (run: Run, item: MessageInHand, domain: string) => void;
};

type Lookup = { run: Run; campaignRoute: CampaignRoute; domain: string; items: MessageInHand[] };

/** Finds the lane of each message: its route, source address and site. */
export class Placer {
  readonly #parts: PlacerParts;
  /** DNS lookups in progress, by campaign, route and domain. */
  readonly #lookups = new Map<string, Lookup>();

  constructor(parts: PlacerParts) {
    this.#parts = parts;
  }

  /** Puts the message into its lane, at once if the site is known, otherwise after the DNS lookup. */
  place(run: Run, item: MessageInHand): void {
    const domain = domainOf(item.recipient.address);
    const campaignRoute = this.#routeFor(run, domain);
    if (campaignRoute === undefined) {
      run.unplaced.delete(item);
      this.#parts.onNowhere(run, item, domain);
      return;
    }
    this.#placeOn(run, item, campaignRoute, domain);
  }

  /** Finds new lanes for the messages that wait in lanes with a matching target. */
  replace(run: Run, isConcerned: (target: LaneTarget) => boolean): void {
    for (const lane of [...run.lanes.values()]) {
      for (const item of isConcerned(lane.target) ? run.dropFrom(lane) : []) {
        this.place(run, item);
      }
      this.#parts.onEmptied(lane);
    }
  }

  /** If a broken route is due for a probe, moves one message to it that waits for another route. */
  probe(run: Run, campaignRoute: CampaignRoute): void {
    const now = this.#parts.clocks.steady();
    for (const lane of campaignRoute.circuit.wantsProbe(now) ? run.lanes.values() : []) {
      let found: MessageInHand | undefined;
      run.dropFrom(lane, (item) => {
        const isFirst = found === undefined && lane.target.campaignRoute !== campaignRoute;
        found =
          isFirst && allows(campaignRoute.egress.route, domainOf(item.recipient.address))
            ? item
            : found;
        return isFirst && found === item;
      });
      if (found !== undefined) {
        campaignRoute.circuit.beginProbe(now);
        this.#placeOn(run, found, campaignRoute, domainOf(found.recipient.address));
        this.#parts.onEmptied(lane);
        return;
      }
    }
  }

  #placeOn(run: Run, item: MessageInHand, campaignRoute: CampaignRoute, domain: string): void {
    const site = campaignRoute.egress.siteOf(domain);
    if (site instanceof Promise) {
      run.unplaced.add(item);
      this.#await(run, item, campaignRoute, domain, site);
    } else {
      this.#put(run, item, campaignRoute, domain, site);
    }
  }

  #routeFor(run: Run, domain: string): CampaignRoute | undefined {
    const { routes } = run.parts;
    const [only] = routes;
    if (only !== undefined && routes.length === 1) {
      return allows(only.egress.route, domain) ? only : undefined;
    }
    return chooseRoute(routes, domain, run.key, this.#parts.clocks.steady());
  }

  #put(
    run: Run,
    item: MessageInHand,
    campaignRoute: CampaignRoute,
    domain: string,
    site: Site,
  ): void {
    const source = this.#sourceFor(run, campaignRoute, domain, site);
    const target: LaneTarget =
      source === undefined ? { campaignRoute, site } : { campaignRoute, site, source };
    const { clocks } = this.#parts;
    const limits = () => {
      setLaneLimits(this.#parts.book, target, clocks.wall());
      return { keys: keysOf(run, target), serverKey: serverKeyOf(target) };
    };
    const lane = run.lane(target, limits, clocks.steady());
    run.add(item, lane);
    this.#parts.onPlaced(run, item);
  }

  /** Always the same source address for a campaign and domain, unless it is suspended at the provider. */
  #sourceFor(
    run: Run,
    campaignRoute: CampaignRoute,
    domain: string,
    site: Site,
  ): RouteSource | undefined {
    const { route } = campaignRoute.egress;
    const sources = route.sources ?? [];
    if (sources.length <= 1) {
      return sources[0];
    }
    const now = this.#parts.clocks.steady();
    const { limiter } = this.#parts.book;
    const awake = sources.filter(
      (source) => limiter.closedUntil(sourceProviderKey(route, source, site.provider), now) <= now,
    );
    const from = awake.length > 0 ? awake : sources;
    return pickByWeight(from, ({ address }) => `${run.key}/${domain}/${address}`);
  }

  #await(
    run: Run,
    item: MessageInHand,
    campaignRoute: CampaignRoute,
    domain: string,
    site: Promise<Site>,
  ): void {
    const key = `${run.key}/${campaignRoute.egress.route.id}/${domain}`;
    const known = this.#lookups.get(key);
    if (known !== undefined) {
      known.items.push(item);
      return;
    }
    const lookup: Lookup = { run, campaignRoute, domain, items: [item] };
    this.#lookups.set(key, lookup);
    void site.then((found) => {
      this.#lookups.delete(key);
      this.#found(lookup, found);
    });
  }

  #found({ run, campaignRoute, domain, items }: Lookup, site: Site): void {
    for (const item of items) {
      // Skip messages that were given back or postponed during the lookup.
      if (run.unplaced.has(item)) {
        this.#put(run, item, campaignRoute, domain, site);
      }
    }
  }
}
