// The only door to delivery: what features and the wiring may ask of it.
export type { AudienceDefinition } from "./audience/audience.store.ts";
export { freezeAudience } from "./audience/freeze.ts";
export { countWaterfall, type Waterfall } from "./audience/waterfall.ts";
export type * from "./facts.ts";
export { type BodyKind, compileBody, type Problem } from "./render/body.ts";
export { buildContent } from "./render/content.ts";
export { lintTemplate } from "./render/lint.ts";
export { plainTextOf } from "./render/plain-text.ts";
export { type Preview, renderPreview } from "./render/preview.ts";
export {
  type CampaignCounts,
  campaignCounts,
  campaignCountsByProvider,
  type ProviderCounts,
} from "./stats/counts.store.ts";
export * from "./stats/metrics.ts";
export * from "./tokens.ts";
export * from "./types.ts";
