// The metric names of campaign_count, shared by writers and readers. Bucket 0 covers the whole campaign; any other
// bucket covers one minute and is that minute's start in unix ms.

import type { MessageStateName } from "../types.ts";

/** What a recipient does with a message; `view` is the web view. */
export type EngagementKind = "open" | "click" | "view";

/** Rates and A/B winners use `human`; `machine` is everything else: proxies, scanners, prefetching. */
export type EngagementGroup = "human" | "machine";

/** Counts every occurrence. The `engagement` table, with one row per message, kind and group, uses the same name. */
export const engagementMetric = (kind: EngagementKind, group: EngagementGroup): string =>
  `${kind}_${group}`;

/** Counts each message once, however often it was opened or clicked. */
export const uniqueMetric = (kind: EngagementKind, group: EngagementGroup): string =>
  `${kind}_${group}_unique`;

/** Counts messages that reached a state (sent, bounced, failed, skipped), by minute. */
export const stateMetric = (state: MessageStateName): string => state;

export const metrics = { unsubscribe: "unsubscribe", complaint: "complaint" } as const;
