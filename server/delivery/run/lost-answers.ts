import { storedBecause } from "../../reasons/because.ts";
import type { Circuit } from "./circuit.ts";
import type { Lane } from "./run.ts";

/** How many messages in a row may end without an answer to their final dot before this is a fault of the server. */
const LOST_IN_A_ROW = 20;
/** Of so many messages, the latest ones, the share that ended without an answer is looked at. */
const LATEST = 100;
const LOST_SHARE = 0.2;

/**
 * Counts how often a server breaks off after it has been given a whole message. Sending such a message again means a
 * second copy, so a server that makes a habit of it must not be given more of them.
 */
class LostAnswers {
  #inARow = 0;
  /** Whether each of the latest messages was lost, oldest first. */
  #latest: boolean[] = [];
  #isSuspect = false;

  /** True from the message at which the server counted as faulty, until it answers again. */
  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  /** True when nothing is remembered that could matter later. */
  get isClean(): boolean {
    return !this.#latest.includes(true);
  }

  /** The server has answered a final dot, whatever it said. */
  answered(): void {
    this.#inARow = 0;
    this.#isSuspect = false;
    this.#push(false);
  }

  /** Records a lost answer. @returns the stored reason when too many were lost to trust the server; else undefined. */
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
    // Begun anew, so that a person who resumes the campaign is not stopped again by the same losses.
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

/** What is known of lost answers, per relay; on a direct route per site, since each is a server of its own. */
export class LostAnswersBook {
  readonly #routes = new WeakMap<Circuit, Map<string, LostAnswers>>();

  /** True when the server of this lane has lost so many answers that it counts as faulty. */
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

  /** Records a lost answer. @returns the stored reason when too many were lost to trust the server; else undefined. */
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
