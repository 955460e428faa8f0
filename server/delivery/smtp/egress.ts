import type { Route, RouteSource, SmtpOutcome, SmtpStage } from "../types.ts";
import type { Envelope, SendOptions } from "./transaction.ts";

/** The set of MX hosts that limits apply to. For a relay its own host. */
export type Site = {
  /** Names the site among all of a node. */
  key: string;
  /** For people: the host, or what the hosts have in common. */
  name: string;
  /** Whose limits apply across sites, e.g. `google`; `other` when it is nobody known. */
  provider: string;
};

/** Where a message goes, and from which of our addresses. */
export type Target = { domain: string; site: Site; source?: RouteSource };

/** What the connections of a route, or of one site of it, are doing. */
export type EgressStatus = {
  open: number;
  /** Those of them that are past their handshake. */
  ready: number;
  busy: number;
  waiting: number;
  /** Connections that may be open now: what is configured, or less after a refused one. */
  limit: number;
  /** Unix ms before which no new connection is tried; undefined when all is well. */
  retryAt: number | undefined;
  /** Why the last connection could not be opened; empty when all is well. */
  lastError: string;
  /**
   * Where the oldest connection stands while none is ready for messages: what the server has not answered, and
   * since when (unix ms). Undefined when one is ready, or none is being opened.
   */
  opening: { stage: SmtpStage; since: number } | undefined;
};

/** A way out: a relay, the test inbox, or the MX hosts of every recipient. */
export type Egress = {
  readonly route: Route;

  /**
   * Where the mail of a domain (A-label, lower case) goes. Never rejects: a domain without working DNS has a
   * pseudo site, and sending to it ends `broken` at stage `dns`. Answers at once when it knows.
   */
  siteOf(domain: string): Site | Promise<Site>;

  /** Sends one message, waiting for a connection as long as it takes; see `SmtpSession.send` for the dot. */
  send(message: Envelope, options: SendOptions & { target?: Target }): Promise<SmtpOutcome>;

  /**
   * Connections that carry messages or will in a moment, of one site or of the route as a whole; one that a proven
   * server has not greeted for seconds does not count. Cheap: asked for every message.
   */
  usable(siteKey?: string): number;

  /** Of one site, or of the route as a whole. */
  status(siteKey?: string): EgressStatus;

  /** Lets messages under way finish, says QUIT on every connection and resolves when all are closed. */
  close(): Promise<void>;
};
