import { storedBecause } from "../../reasons/because.ts";
import type { Circuit } from "./circuit.ts";
import type { Lane } from "./run.ts";

/** How many messages in a row may end without a reply to their final dot before the server counts as faulty. */
const LOST_IN_A_ROW = 20;
/** The number of latest messages among which the share of lost replies is computed. */
const LATEST = 100;
const LOST_SHARE = 0.2;

/**
 * Counts how often a server closes the connection after it has received a whole message. Sending such a message again
 * can create a second copy, so a server that does this often must not get more messages.
 */
class LostAnswers {
  #inARow = 0;
  /** Whether the reply to each of the latest messages was lost, oldest first. */
  #latest: boolean[] = [];
  #isSuspect = false;

  /** True from the message at which the server began to count as faulty, until it replies again. */
  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  /** True when nothing is stored that could matter later. */
  get isClean(): boolean {
    return !this.#latest.includes(true);
  }

  /** The server has replied to a final dot, whatever the reply says. */
  answered(): void {
    this.#inARow = 0;
    this.#isSuspect = false;
    this.#push(false);
  }

  /**
   * Records a lost reply.
   *
   * @returns the stored reason when too many replies were lost to trust the server; otherwise undefined.
   */
  lost(): string | undefined {
    this.#inARow += 1;
    this.#push(true);
    if (this.#inARow >= LOST_IN_A_ROW) {
      this.#isSuspect = true;
      return storedBecause("messages_in_a_row", { count: this.#inARow });
    }
    const lost = this.#latest.filter((wasLost) => wasLost).length;
    if (this.#latest.length < LATEST || lost < LATEST * LOST_SHARE) {
      return undefined;
    }
    this.#isSuspect = true;
    // Starts a new count, so that the same losses do not stop a campaign again after a person has resumed it.
    this.#latest = [];
    return storedBecause("messages_of_last", { count: lost, last: LATEST });
  }

  #push(wasLost: boolean): void {
    this.#latest.push(wasLost);
    if (this.#latest.length > LATEST) {
      this.#latest.shift();
    }
  }
}

/** Lost replies per relay or, for a direct route, per site, because each site is a server of its own. */
export class LostAnswersBook {
  readonly #routes = new WeakMap<Circuit, Map<string, LostAnswers>>();

  /** True when so many replies of this lane's server were lost that it counts as faulty. */
  isSuspect(lane: Lane): boolean {
    return this.#find(lane)?.isSuspect === true;
  }

  answered(lane: Lane): void {
    const own = this.#find(lane);
    own?.answered();
    if (own?.isClean === true) {
      this.#routes.get(lane.target.campaignRoute.circuit)?.delete(keyOf(lane));
    }
  }

  /**
   * Records a lost reply.
   *
   * @returns the stored reason when too many replies were lost to trust the server; otherwise undefined.
   */
  lost(lane: Lane): string | undefined {
    const { circuit } = lane.target.campaignRoute;
    const ofRoute = this.#routes.get(circuit) ?? new Map<string, LostAnswers>();
    const own = ofRoute.get(keyOf(lane)) ?? new LostAnswers();
    this.#routes.set(circuit, ofRoute.set(keyOf(lane), own));
    return own.lost();
  }

  #find(lane: Lane): LostAnswers | undefined {
    return this.#routes.get(lane.target.campaignRoute.circuit)?.get(keyOf(lane));
  }
}

const keyOf = ({ target: { campaignRoute, site } }: Lane): string =>
  campaignRoute.egress.route.kind === "direct" ? site.key : "";
