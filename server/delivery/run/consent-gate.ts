import type { Clocks } from "../../platform/clock.ts";
import { consentVersion } from "../../platform/db/consent-version.store.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { blockList, type IsBlocked } from "../block-list.store.ts";
import {
  type ConsentRefusal,
  dataVersion,
  type SkipReason,
  type WAITS_FOR_MERGED,
} from "../consent.store.ts";
import type { OptOut } from "../protocol.ts";
import type { MessageInHand, Run } from "./run.ts";

/**
 * An unsubscribe reaches the journal at once and the database a moment later; after this long it is certainly there.
 */
const KEEP_MS = 10 * 60_000;

/** The recipient must not be mailed any more. Nothing of the message was delivered. */
export class NotMailed extends Error {
  readonly why: SkipReason | typeof WAITS_FOR_MERGED;

  constructor(why: SkipReason | typeof WAITS_FOR_MERGED) {
    super(why);
    this.why = why;
  }
}

type Seen = { turn: number; data: number; consent: number };
type RecentOptOut = Pick<OptOut, "why" | "number">;

/**
 * Checks right before MAIL and right before the dot whether the recipient may still be mailed.
 *
 * The databases are authoritative. When a message is loaded, the consent rule is applied to it and the current
 * `consent_version` is stored with it. The decision stays valid until a commit changes that number; checking this
 * costs microseconds, and only after such a commit is the rule applied again. The check for commits is done once per
 * turn of the event loop. That is enough: it sees every commit made before the turn began, and each reply or
 * acknowledgement that a message waits for arrives in a new turn. Only unsubscribes that are in the journal but not
 * yet in the database are kept in memory here. If a check fails, it throws, and nothing is sent.
 */
export class ConsentGate {
  readonly #databases: Pick<Databases, "system" | "workspace">;
  readonly #clocks: Clocks;
  readonly #seen = new WeakMap<Connection, Seen>();
  readonly #blocked = new WeakMap<Connection, { version: number; isBlocked: IsBlocked }>();
  readonly #optOuts = new Map<string, Map<string, RecentOptOut & { at: number }>>();
  #turn = 0;
  #isTurnEnding = false;

  constructor(databases: Pick<Databases, "system" | "workspace">, clocks: Clocks) {
    this.#databases = databases;
    this.#clocks = clocks;
  }

  /** The version to store with messages that are loaded from now on. It only increases. */
  version(workspaceId: string): number {
    return (
      this.#versionOf(this.#databases.workspace(workspaceId)) +
      this.#versionOf(this.#databases.system)
    );
  }

  /** The current block list: why the instance or a blocked domain forbids an address. */
  isBlocked(workspaceId: string): IsBlocked {
    const version = this.version(workspaceId);
    const db = this.#databases.workspace(workspaceId);
    let known = this.#blocked.get(db);
    if (known?.version !== version) {
      // A block that expires in the meantime is noticed only at the next change. Until then, mail is withheld, which is
      // safe.
      const isBlocked = blockList(this.#databases.system, db, this.#clocks.wall());
      known = { version, isBlocked };
      this.#blocked.set(db, known);
    }
    return known.isBlocked;
  }

  /** @throws NotMailed when the message must not be sent now. */
  check(run: Run, item: MessageInHand): void {
    const why = this.#refusalFor(run, item);
    if (why !== undefined) {
      throw new NotMailed(why);
    }
  }

  /** The person has unsubscribed or complained. The fact is in the journal, but not yet in the database. */
  optedOut(workspaceId: string, address: string, optOut: RecentOptOut): void {
    let addresses = this.#optOuts.get(workspaceId);
    if (addresses === undefined) {
      addresses = new Map();
      this.#optOuts.set(workspaceId, addresses);
    }
    addresses.set(address, { ...optOut, at: this.#clocks.steady() });
  }

  /**
   * The person has resubscribed, and all facts up to number `upTo` are in the database, which is authoritative for
   * them from now on. A later unsubscribe is kept, because it may not be in the database yet.
   */
  resubscribed(workspaceId: string, address: string, upTo: number): void {
    const addresses = this.#optOuts.get(workspaceId);
    if ((addresses?.get(address)?.number ?? Number.POSITIVE_INFINITY) <= upTo) {
      addresses?.delete(address);
    }
  }

  /** Drops entries that are in the database by now, for workspaces that are not sending. */
  sweep(isBusy: (workspaceId: string) => boolean): void {
    const now = this.#clocks.steady();
    for (const [workspaceId, addresses] of this.#optOuts) {
      for (const [address, { at }] of addresses) {
        if (!isBusy(workspaceId) && now - at > KEEP_MS) {
          addresses.delete(address);
        }
      }
      if (addresses.size === 0) {
        this.#optOuts.delete(workspaceId);
      }
    }
  }

  #refusalFor({ parts }: Run, item: MessageInHand): ConsentRefusal {
    const { workspaceId, campaignId } = parts;
    const { seq, address } = item.recipient;
    const optOut = this.#optOuts.get(workspaceId)?.get(address);
    if (optOut !== undefined) {
      return `suppressed_${optOut.why}`;
    }
    const version = this.version(workspaceId);
    if (version === item.judgedAt) {
      return undefined;
    }
    const now = this.#clocks.wall();
    const isBlocked = this.isBlocked(workspaceId);
    const range = { campaignId, first: seq, last: seq, now, isBlocked, which: "open" as const };
    const judged = parts.consent(this.#databases.workspace(workspaceId), range);
    if (!judged.has(seq)) {
      throw new Error(`message ${seq} of campaign ${campaignId} must no longer be sent`);
    }
    const why = judged.get(seq);
    if (why === undefined) {
      item.judgedAt = version;
    }
    return why;
  }

  #versionOf(db: Connection): number {
    let seen = this.#seen.get(db);
    if (seen?.turn === this.#turn) {
      return seen.consent;
    }
    const data = dataVersion(db);
    if (seen?.data !== data) {
      // Read after the data version, so a commit between the two reads is checked again rather than missed.
      seen = { turn: this.#turn, data, consent: consentVersion(db) };
      this.#seen.set(db, seen);
    }
    seen.turn = this.#turn;
    this.#endTurn();
    return seen.consent;
  }

  #endTurn(): void {
    if (!this.#isTurnEnding) {
      this.#isTurnEnding = true;
      setImmediate(() => {
        this.#isTurnEnding = false;
        this.#turn += 1;
      });
    }
  }
}
