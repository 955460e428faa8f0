// The names of campaign_count, in one place for who writes and who reads them. Bucket 0 holds the whole
// campaign; every other bucket is the minute it starts at, in unix milliseconds.

export const MINUTE_MS = 60_000;

/** Kinds of engagement that are counted; `view` is the web view. */
export const engagementKinds = ["open", "click", "view", "unsubscribe", "complaint"] as const;
export type EngagementKind = (typeof engagementKinds)[number];

/** Rates and winners use human; machine is everything that no person did: proxies, scanners, prefetch. */
export const engagementGroups = ["human", "machine"] as const;
export type EngagementGroup = (typeof engagementGroups)[number];

/** Also the metric of `engagement`: one row per message, kind and group. */
export const engagementMetric = (kind: EngagementKind, group: EngagementGroup): string =>
  `${kind}_${group}`;

/** Counts a message once, however often it was opened or clicked. */
export const uniqueMetric = (kind: EngagementKind, group: EngagementGroup): string =>
  `${kind}_${group}_unique`;

/** Messages that reached a state (sent, bounced, failed, skipped), by the minute they did. */
export const stateMetric = (state: string): string => `state:${state}`;

/** Attempts by the category of what was answered, e.g. `category:greylist`. */
export const categoryMetric = (category: string): string => `category:${category}`;
