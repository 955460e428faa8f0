import { LRUCache } from "lru-cache";
import {
  loadTokenKeys,
  type MessageRef,
  readAddressToken,
  type TokenKeys,
} from "../delivery/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import type { KeyRing } from "../platform/secrets.ts";
import { DAY_MS } from "../platform/time.rules.ts";
import { owningNames, type Role, roleOf, splitRecipient } from "./addresses.rules.ts";
import {
  bounceDomainOf,
  claimsOf,
  findSentMessage,
  hasProved,
  workspaceIdOf,
} from "./directory.store.ts";
import { readInboundSettings } from "./settings.ts";

/** The purpose of one of our addresses. */
export type Destination =
  | { kind: "bounce"; message: MessageRef }
  | { kind: "unsubscribe"; message: MessageRef }
  /** Empty `workspaceIds`: an address of the instance, for its administrators. */
  | { kind: "role"; role: Role; workspaceIds: string[] };

/** An address that does not accept mail, with the reason as text for the SMTP reply. */
export type Refused = { refused: string };

/** A bounce this long after sending says little about the address, and an old token may have leaked. */
export const BOUNCE_AGE_MS = 30 * DAY_MS;

const RELAY_DENIED = "5.7.1 Relaying denied: no such recipient here";
const MAX_CAMPAIGNS = 2_000;

/**
 * Decides which addresses accept mail without authentication: tokens that we issued, and the roles of known domains.
 */
export class Directory {
  readonly #databases: Databases;
  readonly #clock: Clock;
  readonly #publicHost: string;
  readonly keys: TokenKeys;
  readonly #bounceDomains = new LRUCache<string, string>({ max: MAX_CAMPAIGNS });

  constructor(options: {
    databases: Databases;
    keyRing: KeyRing;
    clock: Clock;
    /** Host name of this instance; empty when it has none. */
    publicHost: string;
  }) {
    this.#databases = options.databases;
    this.#clock = options.clock;
    this.#publicHost = options.publicHost;
    this.keys = loadTokenKeys(options.keyRing);
  }

  /** The purpose of mail to `recipient`. An address that matches none of the rules is refused. */
  find(recipient: string): Destination | Refused {
    const parts = splitRecipient(recipient);
    if (parts === undefined) {
      return { refused: RELAY_DENIED };
    }
    const role = roleOf(parts.local);
    if (role !== undefined) {
      return this.#role(role, parts.domain);
    }
    return (
      this.#token("bounce", parts.local, parts.domain) ??
      this.#token("unsubscribe", parts.local, parts.domain) ?? { refused: RELAY_DENIED }
    );
  }

  /** The recipient of a message; empty when the message no longer exists. */
  addressOf({ workspaceId, campaignId, seq }: MessageRef): string {
    const db = this.#databases.workspace(workspaceId);
    return findSentMessage(db, campaignId, seq)?.address ?? "";
  }

  /** True when the message exists and is recent enough for a bounce or complaint. */
  isRecent({ workspaceId, campaignId, seq }: MessageRef): boolean {
    const message = findSentMessage(this.#databases.workspace(workspaceId), campaignId, seq);
    // No time means that its result is not applied yet, so it was sent moments ago.
    return (
      message !== undefined && this.#clock() - (message.changedAt ?? this.#clock()) < BOUNCE_AGE_MS
    );
  }

  /** The message identified by a token's numbers; undefined when its workspace no longer exists. */
  refOf(subject: {
    workspaceNumber: number;
    campaignId: number;
    seq: number;
  }): MessageRef | undefined {
    const workspaceId = workspaceIdOf(this.#databases.system, subject.workspaceNumber);
    return workspaceId === undefined
      ? undefined
      : { workspaceId, campaignId: subject.campaignId, seq: subject.seq };
  }

  #token(
    kind: "bounce" | "unsubscribe",
    local: string,
    domain: string,
  ): Destination | Refused | undefined {
    const purpose = kind === "bounce" ? "bounce" : "unsubscribeMail";
    const subject = readAddressToken(this.keys, purpose, local);
    const message = subject && this.refOf(subject);
    if (message === undefined || !this.#isBounceDomain(message, domain)) {
      return undefined;
    }
    const db = this.#databases.workspace(message.workspaceId);
    if (findSentMessage(db, message.campaignId, message.seq) === undefined) {
      return { refused: "5.1.1 The message that this address belongs to no longer exists" };
    }
    return kind === "bounce" && !this.isRecent(message)
      ? { refused: "5.1.1 The message that this address belongs to is older than 30 days" }
      : { kind, message };
  }

  #isBounceDomain({ workspaceId, campaignId }: MessageRef, domain: string): boolean {
    const key = `${workspaceId}/${campaignId}`;
    let own = this.#bounceDomains.get(key);
    if (own === undefined) {
      own = bounceDomainOf(this.#databases.workspace(workspaceId), campaignId);
      if (own !== undefined) {
        this.#bounceDomains.set(key, own);
      }
    }
    return own !== undefined && own !== "" && own === domain;
  }

  #role(role: Role, domain: string): Destination | Refused {
    const { mxHost, bounceDomain } = readInboundSettings(this.#databases.system);
    const ofInstance = [mxHost, bounceDomain, this.#publicHost].filter((name) => name !== "");
    if (domain === "" || ofInstance.includes(domain)) {
      return { kind: "role", role, workspaceIds: [] };
    }
    const claims = owningNames(domain).flatMap((name) =>
      claimsOf(this.#databases.system, name).map((id) => ({ id, name })),
    );
    const workspaceIds = claims
      .filter(({ id }) => !this.#databases.isSetAside(id))
      .filter(({ id, name }) => hasProved(this.#databases.workspace(id), name))
      .map(({ id }) => id);
    const aside = claims.find(({ id }) => this.#databases.isSetAside(id));
    if (workspaceIds.length === 0 && aside !== undefined) {
      // The owner cannot be determined now. Opening the file throws, so that the sending server tries again later.
      this.#databases.workspace(aside.id);
    }
    return workspaceIds.length === 0
      ? { refused: RELAY_DENIED }
      : { kind: "role", role, workspaceIds: [...new Set(workspaceIds)] };
  }
}

export function isRefused(found: Destination | Refused): found is Refused {
  return "refused" in found;
}
