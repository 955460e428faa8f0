import type { BounceRules, BreakerRules } from "../ports.ts";
import { deliverySetting, deliverySettings } from "../settings.store.ts";
import { categoriesOfKind } from "./categories.ts";
import { categoryRules } from "./classify-bounce.ts";

/** What the ingester needs of classification and of the workspace's settings. */
export const bounceRules: BounceRules = {
  ...categoryRules,
  softBounceDays: (db) => deliverySetting(db, "softBounceDays"),
};

/** When campaigns pause themselves. */
export const breakerRules: BreakerRules = {
  limits: deliverySettings,
  hardCategories: categoriesOfKind("hard"),
  // What one recipient filters is no verdict on the campaign, nor is a target of our own refusing.
  blockCategories: categoriesOfKind("block").filter(
    (category) => category !== "filtered" && category !== "private_target",
  ),
};
