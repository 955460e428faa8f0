import { judge } from "./result/judge.ts";
import type { ItemUnderWay } from "./run.ts";
import type { Judgement, SmtpOutcome } from "./types.ts";

/** What the outcome of a try means for the message, for its address, for the route and for the pace. */
export function judgeTry(
  item: ItemUnderWay,
  outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
  now: number,
): Judgement {
  const verdict = judge(outcome, {
    now,
    attempts: item.recipient.attempts,
    firstTriedAt: item.firstTriedAt ?? now,
    random: Math.random(),
    routeWorks: item.lane.target.way.hasDelivered,
    ambiguousBefore: item.ambiguousBefore,
    lastCategory: item.lastCategory,
    isRelay: item.lane.target.way.egress.route.kind !== "direct",
  });
  // A held message waits for an operator, and the product has no way yet for one to decide: a message
  // whose answer was lost twice ends as failed, with its attempts listed, rather than wait for ever.
  const state = verdict.state === "held" ? "failed" : verdict.state;
  return { ...verdict, state, actions: [] };
}
