// The only door to delivery: what features and the wiring may ask of it.
export type * from "./facts.ts";
export {
  type CampaignCounts,
  campaignCounts,
  campaignCountsByProvider,
  type ProviderCounts,
} from "./stats/counts.store.ts";
export * from "./stats/metrics.ts";
export * from "./tokens.ts";
export * from "./types.ts";
