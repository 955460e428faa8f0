import type { Route, RouteSource, SmtpOutcome, SmtpStage } from "../types.ts";
import type { Envelope, SendOptions } from "./transaction.ts";

/** The set of MX hosts that limits apply to. For a relay it is the relay's host. */
export type Site = {
  /** Unique on this node. */
  key: string;
  /** For display: the host, or what its hosts have in common. */
  name: string;
  /** The provider whose limits apply across sites, e.g. `google`; `other` when it is not a known one. */
  provider: string;
};

/** Where to send a message, and from which source address. */
export type Target = { domain: string; site: Site; source?: RouteSource };

/** The state of the connections of a route, or of one of its sites. */
export type EgressStatus = {
  open: number;
  /** How many of them have finished their handshake. */
  ready: number;
  busy: number;
  waiting: number;
  /** How many connections may be open now: the configured number, or fewer after one was refused. */
  limit: number;
  /** No new connection is tried before this time (ms, see `steadyClock`); undefined when there is no pause. */
  retryAt: number | undefined;
  /** Why the last connection could not be opened; empty when there is no problem. */
  lastError: string;
  /**
   * The stage of the oldest connection being opened and since when (steady ms) it has been opening. Undefined when a
   * connection is ready, or none is being opened.
   */
  opening: { stage: SmtpStage; since: number } | undefined;
};

/** A way to send mail: through a relay, to the test inbox, or to the MX hosts of each recipient. */
export type Egress = {
  readonly route: Route;

  /**
   * The site of a domain (A-label, lower case). Never rejects: a domain without working DNS gets a pseudo site, and
   * sending to it ends `broken` at stage `dns`. Returns the site synchronously when it is cached.
   */
  siteOf(domain: string): Site | Promise<Site>;

  /**
   * Sends one message, waiting for a connection as long as it takes; see `SmtpSession.send` for the guarantee about
   * the dot.
   */
  send(message: Envelope, options: SendOptions & { target?: Target }): Promise<SmtpOutcome>;

  /**
   * Connections of a site or of the whole route that carry messages or soon will. Leaves out connections that a proven
   * server has not greeted for seconds. Cheap, because it is called for every message.
   */
  usable(siteKey?: string): number;

  /** The status of one site, or of the whole route. */
  status(siteKey?: string): EgressStatus;

  /** Lets messages in flight finish, sends QUIT on every connection and resolves when all are closed. */
  close(): Promise<void>;
};
