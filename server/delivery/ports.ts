// What delivery needs of the slices, which the application fills, and what a stage needs of another, so that stages
// never import each other: the worker entries fill these.

import type { Connection } from "../platform/db/driver.ts";
import type { DkimKey, RouteChoice, RouteMember } from "./types.ts";

/** What delivery needs of the slices; app.ts fills it. Secrets come decrypted and stay in memory. */
export type DeliveryPorts = {
  /** The routes of a campaign; those that are gone or disabled are left out. */
  loadRoutes(workspaceId: string, choice: RouteChoice): RouteMember[];
  /** The key of a sending domain, or undefined when it has none. */
  loadDkimKey(workspaceId: string, domain: string): DkimKey | undefined;
};

/** How an open, click or view is told apart; only `human` counts as a person in rates. */
export type EngagementClass =
  | "human"
  | "apple_mpp"
  | "gmail_proxy"
  | "scanner"
  | "prefetch"
  | "unknown";

/** What is known of one request for a tracked image or link. */
export type EngagementEvidence = {
  kind: "open" | "click" | "view";
  userAgent: string;
  hint: "head" | "prefetch" | undefined;
  /** Milliseconds since the server accepted the message; undefined when that is not known (yet). */
  sinceSentMs: number | undefined;
  /** Different links of this message requested in the last three seconds, this one included. */
  linksInBurst: number;
};

/** Gives the class and the name of the rule that decided. */
export type ClassifyEngagement = (evidence: EngagementEvidence) => {
  class: EngagementClass;
  rule: string;
};

/** Keeps `workspace_due` true: it may say a workspace is due too early, never too late. */
export type DuePort = {
  /** Called before a transaction that creates work due at `at` (unix ms). */
  lower(workspaceId: string, at: number): void;
  /** Called after a transaction that may have changed when the workspace has work. */
  refresh(workspaceId: string): void;
};

/** When an address is given up for failing: `after` failures, none of which a later delivery has disproved. */
export type GiveUp = {
  after: number;
  /** How failures are told apart: one a message, or one a day (UTC). */
  per: "message" | "day";
  /** What lies further back does not count. */
  withinDays: number;
  /** From the first to the last it takes at least this long. */
  overDays?: number;
  /** False: the suppression expires, because the mailbox may come back. */
  isForGood: boolean;
};

/** When a campaign pauses itself; 0 = never. */
export type BreakerRules = {
  limits(db: Connection): {
    hardBouncePercent: number;
    blockPercent: number;
    complaintPercent: number;
  };
  /** Categories of addresses that do not exist. */
  hardCategories: readonly string[];
  /** Categories of refusals for reputation, authentication or content. */
  blockCategories: readonly string[];
};

/** What a report of a bounce says. */
export type BounceEvidence = {
  action: "failed" | "delayed";
  code: number;
  enhanced: string;
  text: string;
};

/** What `result/` knows of bounces. */
export type BounceRules = {
  /** The category of a message that came back. */
  categoryOf(evidence: BounceEvidence): string;
  /**
   * The category under which a report counts against the message's address; undefined when it does not.
   *
   * @param isAboutOwn False when it names another address, as when mail is forwarded: nothing certain then.
   */
  countedAs(category: string, isAboutOwn: boolean): string | undefined;
  /** When an address is given up for failures of this category; undefined = never. */
  giveUp(category: string): GiveUp | undefined;
  /** How long the workspace suppresses an address that may come back; 0 = for good. */
  softBounceDays(db: Connection): number;
};
