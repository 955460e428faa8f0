import type { BounceEvidence, BounceRules } from "../ports.ts";
import { type Category, categories, factsOf } from "./categories.ts";
import { classifyReply } from "./classify.ts";

const ENHANCED = /^([245])\.\d{1,3}\.\d{1,3}$/;

/**
 * Gives a message that came back its category. It was refused behind the server that had taken it, so the
 * reply is read as one to RCPT. What is said to have failed for a passing reason has been tried for long
 * enough by somebody else: it has expired.
 */
export function classifyBounce({ code, enhanced, text }: BounceEvidence): Category {
  const digit = ENHANCED.exec(enhanced)?.[1];
  const reply = {
    code: code >= 400 && code <= 599 ? code : digit === "4" ? 450 : 550,
    enhanced: digit === undefined ? "" : enhanced,
    text,
  };
  const category = classifyReply(reply, "rcpt");
  const { kind } = categories[category];
  return kind === "transient" || kind === "throttle" ? "expired" : category;
}

export const categoryRules: Omit<BounceRules, "softBounceDays"> = {
  categoryOf: classifyBounce,
  giveUp: (category) =>
    Object.hasOwn(categories, category) ? factsOf(category as Category).giveUp : undefined,
};
