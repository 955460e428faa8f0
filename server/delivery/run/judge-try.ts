import { type Clocks, onWallClock } from "../../platform/clock.ts";
import { judge } from "../result/judge.ts";
import type { RuleBook } from "../result/limit-rules.ts";
import type { Judgement, LimitAction, SmtpOutcome } from "../types.ts";
import { senderOf } from "./limits.ts";
import type { MessageInFlight } from "./run.ts";

export type Judge = {
  /** The rules for server replies, which an administrator can edit. */
  rules: RuleBook;
  clocks: Clocks;
  /** 0 ≤ x < 1; spreads the retries of messages that were deferred at the same time. */
  random: () => number;
};

/** Decides what an outcome means for the message, the address, the route and the sending rate. */
export function judgeTry(
  item: MessageInFlight,
  outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
  { rules, clocks, random }: Judge,
): Judgement {
  const { campaignRoute } = item.lane.target;
  const { rule, actions } = matchRule(rules, item, outcome, clocks.steady());
  const now = clocks.wall();
  const verdict = judge(onWall(outcome, clocks), {
    now,
    attempts: item.recipient.attempts,
    firstTriedAt: item.firstTriedAt ?? now,
    random: random(),
    routeWorks: campaignRoute.hasDelivered,
    ambiguousBefore: item.ambiguousBefore,
    lastCategory: item.lastCategory,
    isRelay: campaignRoute.egress.route.kind !== "direct",
    category: rule?.category,
    onAmbiguous: item.lane.run.parts.onAmbiguous,
  });
  return { ...verdict, actions };
}

/** Converts the time of the next attempt to the wall clock, because it must survive a restart. */
function onWall<T extends SmtpOutcome>(outcome: T, clocks: Clocks): T {
  return outcome.kind === "broken" && outcome.retryAt !== undefined
    ? { ...outcome, retryAt: onWallClock(outcome.retryAt, clocks) }
    : outcome;
}

/** The first rule that matches the reply, and the limiter actions that it triggers now. */
function matchRule(rules: RuleBook, item: MessageInFlight, outcome: SmtpOutcome, now: number) {
  const none = { rule: undefined, actions: [] as LimitAction[] };
  if (outcome.kind !== "refused") {
    return none;
  }
  const { campaignRoute, site } = item.lane.target;
  const { route } = campaignRoute.egress;
  const provider = route.kind === "direct" ? site.provider : route.preset || "relay";
  const { stage, reply } = outcome;
  const rule = rules.find({ provider, stage, reply });
  if (rule === undefined) {
    return none;
  }
  const isOfSender = rule.actions.some(
    (action) => action.do === "suspend" && action.scope === "sender_provider",
  );
  const sender = isOfSender ? `/${senderOf(item.lane.run).domain}` : "";
  const scope = `${route.workspaceId}/${route.id}/${provider}${sender}`;
  return { rule, actions: rules.fire(rule, scope, reply, now) };
}
