// The only door to delivery: what features and the wiring may ask of it.
export type { AudienceDefinition } from "./audience/audience.store.ts";
export { freezeAudience } from "./audience/freeze.ts";
export { countWaterfall, type Waterfall } from "./audience/waterfall.ts";
export type { RunProgress, TestMessage } from "./delivery-methods.ts";
export {
  type CampaignProgress,
  type Delivery,
  type DeliveryOptions,
  type DeliveryPorts,
  startDelivery,
} from "./engine.ts";
export type * from "./facts.ts";
export { type BodyKind, compileBody, type Problem } from "./render/body.ts";
export { type CompiledCampaign, compileCampaign, isSafeAddress } from "./render/compile.ts";
export { buildContent, type ContentSource } from "./render/content.ts";
export { loadSigningKey, type SigningKey } from "./render/dkim.ts";
export { collectLinks } from "./render/links.ts";
export { lintTemplate } from "./render/lint.ts";
export { TemplateError } from "./render/liquid-engine.ts";
export { type MessageOptions, renderMessage } from "./render/message.ts";
export { plainTextOf } from "./render/plain-text.ts";
export {
  linkTarget,
  nobody,
  type Preview,
  renderPreview,
  renderWebView,
} from "./render/preview.ts";
export { createSigner, renderSigned, type Signer } from "./render/signer.ts";
export { checkRoute } from "./smtp/check-route.ts";
export {
  type CampaignCounts,
  campaignCounts,
  campaignCountsByProvider,
  type ProviderCounts,
} from "./stats/counts.store.ts";
export * from "./stats/metrics.ts";
export * from "./tokens.ts";
export * from "./types.ts";
