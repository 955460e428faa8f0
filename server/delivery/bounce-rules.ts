import type { BounceRules } from "./ports.ts";
import { categoryRules } from "./result/classify-bounce.ts";
import { deliverySetting } from "./settings.store.ts";

/** What the ingester needs of classification and of the workspace's settings. */
export const bounceRules: BounceRules = {
  ...categoryRules,
  softBounceDays: (db) => deliverySetting(db, "softBounceDays"),
};
