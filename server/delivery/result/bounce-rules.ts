import type { BounceRules, BreakerRules } from "../ports.ts";
import { deliverySetting, deliverySettings } from "../settings.store.ts";
import { categoriesOfKind } from "./categories.ts";
import { categoryRules } from "./classify-bounce.ts";

/** The classification and workspace settings that the ingester needs. */
export const bounceRules: BounceRules = {
  ...categoryRules,
  softBounceDays: (db) => deliverySetting(db, "softBounceDays"),
};

/** The thresholds at which campaigns pause themselves. */
export const breakerRules: BreakerRules = {
  limits: deliverySettings,
  hardCategories: categoriesOfKind("hard"),
  // `filtered` is one recipient's preference and `private_target` is our own refusal, so neither reflects on the
  // campaign.
  blockCategories: categoriesOfKind("block").filter(
    (category) => category !== "filtered" && category !== "private_target",
  ),
};
