// The names of campaign_count, in one place for who writes and who reads them. Bucket 0 holds the whole
// campaign; every other bucket is the minute it starts at, in unix milliseconds.

import type { MessageStateName } from "../types.ts";

/** What a person does with a message; `view` is the web view. */
export type EngagementKind = "open" | "click" | "view";

/** Rates and winners use human; machine is everything that no person did: proxies, scanners, prefetch. */
export type EngagementGroup = "human" | "machine";

/** Every time; also the metric of `engagement`, which has one row per message, kind and group. */
export const engagementMetric = (kind: EngagementKind, group: EngagementGroup): string =>
  `${kind}_${group}`;

/** Each message once, however often it was opened or clicked. */
export const uniqueMetric = (kind: EngagementKind, group: EngagementGroup): string =>
  `${kind}_${group}_unique`;

/** Messages that reached a state (sent, bounced, failed, skipped), by the minute they did. */
export const stateMetric = (state: MessageStateName): string => state;

export const metrics = { unsubscribe: "unsubscribe", complaint: "complaint" } as const;
