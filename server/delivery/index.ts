// The only entry to delivery for features and the application's wiring.
export { refuseWhileFreezing } from "./audience/freeze.store.ts";
export { countWaterfall, type Waterfall } from "./audience/waterfall.ts";
export { blockList } from "./block-list.store.ts";
export type {
  Bottleneck,
  BottleneckAnswer,
  BottleneckCode,
  BottleneckWords,
  LimitSubject,
  RetryCause,
} from "./bottleneck-codes.ts";
export {
  type AudienceDefinition,
  audienceStamp,
  type SegmentCondition,
  UNMAILABLE,
} from "./consent.store.ts";
export type * from "./facts.ts";
export type { DeliveryPorts } from "./ports.ts";
export type { RunProgress, TestMessage } from "./protocol.ts";
export {
  countRetry,
  type HeldDecision,
  type RetryCount,
  type RetryFilter,
} from "./queue/requeue.ts";
export type { BodyKind, Problem, ProblemCode } from "./render/body.ts";
export type { BuiltBody, ContentSource } from "./render/content.ts";
export { emptyContact as nobody, type LinkSource, linkTarget } from "./render/link-target.ts";
export { lintTemplate } from "./render/lint.ts";
export type { Preview } from "./render/preview.ts";
export { allRules, type RuleEntry } from "./result/limit-rules.store.ts";
export {
  categoryNames,
  isCategory,
  type LimitRule,
  MAX_PATTERN,
  type RuleAction,
  type RuleMatch,
  ruleFaults,
} from "./result/limit-rules.ts";
export { SHIPPED_VERSION, shippedRules } from "./result/shipped-rules.ts";
export { type SpokenReason, spokenReason } from "./result/spoken-reason.ts";
export { bottleneckAnswer, bottleneckCodes } from "./run/bottleneck-words.ts";
export { type LostLimits, lostLimits } from "./run/traffic-file.ts";
export { type ReplyTrial, tryReply } from "./run/try-reply.ts";
export { changeDeliverySettings, deliverySettings } from "./settings.store.ts";
export { accessTokens } from "./smtp/access-tokens.ts";
export { checkRoute } from "./smtp/check-route.ts";
export {
  type CampaignCounts,
  campaignCounts,
  campaignCountsByProvider,
  type ProviderCounts,
} from "./stats/counts.store.ts";
export * from "./stats/metrics.ts";
export { replacesSuppression } from "./suppression.store.ts";
export {
  type Delivery,
  type DeliveryOptions,
  startDelivery,
} from "./threads/engine.ts";
export type { CampaignProgress } from "./threads/engine-state.ts";
export { type Renderer, startRenderer } from "./threads/renderer.ts";
export { startedBefore } from "./threads/started-campaigns.store.ts";
export * from "./tokens.ts";
export * from "./types.ts";
