// Interfaces that the application implements for delivery, and interfaces between stages. Stages never import each
// other; the worker entries connect them.

import type { Connection } from "../platform/db/driver.ts";
import type { DkimKey, RouteChoice, RouteMember } from "./types.ts";

/** What delivery needs from the features; app.ts implements it. Secrets are decrypted and stay in memory. */
export type DeliveryPorts = {
  /** The routes of a campaign, without deleted and disabled ones. */
  loadRoutes(workspaceId: string, choice: RouteChoice): RouteMember[];
  /** The DKIM key of a sending domain; undefined when it has none. */
  loadDkimKey(workspaceId: string, domain: string): DkimKey | undefined;
};

/** The origin of an open, click or view. Rates count only `human`. */
export type EngagementClass =
  | "human"
  | "apple_mpp"
  | "gmail_proxy"
  | "scanner"
  | "prefetch"
  | "unknown";

/** The evidence about one request for a tracked image or link. */
export type EngagementEvidence = {
  kind: "open" | "click" | "view";
  userAgent: string;
  hint: "head" | "prefetch" | undefined;
  /** Milliseconds since the server accepted the message; undefined when that is not known (yet). */
  sinceSentMs: number | undefined;
  /** Number of different links of this message requested in the last three seconds, including this one. */
  linksInBurst: number;
};

/** Returns the class and the name of the rule that decided. */
export type ClassifyEngagement = (evidence: EngagementEvidence) => {
  class: EngagementClass;
  rule: string;
};

/** Maintains `workspace_due`. A due time may be too early, never too late. */
export type DuePort = {
  /** Called before a transaction that creates work due at `at` (unix ms). */
  lower(workspaceId: string, at: number): void;
  /** Called after a transaction that may have changed when the workspace has work. */
  refresh(workspaceId: string): void;
};

/** When failures make an address suppressed: after `after` failures that no later delivery has disproved. */
export type SuppressionThreshold = {
  after: number;
  /** How failures are counted: one per message, or at most one per day (UTC). */
  per: "message" | "day";
  /** Older failures do not count. */
  withinDays: number;
  /** Minimum time between the first and the last failure, in days. */
  overDays?: number;
  /** False: the suppression expires, because the mailbox may work again. */
  isForGood: boolean;
};

/** The thresholds at which a campaign pauses itself; 0 = never. */
export type BreakerRules = {
  limits(db: Connection): {
    hardBouncePercent: number;
    blockPercent: number;
    complaintPercent: number;
  };
  /** Categories for addresses that do not exist. */
  hardCategories: readonly string[];
  /** Categories of refusals for reputation, authentication or content. */
  blockCategories: readonly string[];
};

/** The content of a bounce report. */
export type BounceEvidence = {
  action: "failed" | "delayed";
  code: number;
  enhanced: string;
  text: string;
};

/** Bounce decisions that `result/` makes for the ingester. */
export type BounceRules = {
  /** The category of a bounced message. */
  categoryOf(evidence: BounceEvidence): string;
  /**
   * The category to count against the message's address; undefined when the report does not count.
   *
   * @param isAboutOwn False when the report names another address, as for forwarded mail, so that nothing is certain.
   */
  countedAs(category: string, isAboutOwn: boolean): string | undefined;
  /** When failures of this category make the address suppressed; undefined = never. */
  giveUp(category: string): SuppressionThreshold | undefined;
  /** For how many days the workspace suppresses an address that may work again; 0 = permanently. */
  softBounceDays(db: Connection): number;
};
