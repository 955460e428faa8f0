import { type Clocks, onWallClock } from "../../platform/clock.ts";
import { judge } from "../result/judge.ts";
import type { RuleBook } from "../result/limit-rules.ts";
import type { Judgement, LimitAction, SmtpOutcome } from "../types.ts";
import { senderOf } from "./limits.ts";
import type { MessageInFlight } from "./run.ts";

export type Judge = {
  /** About what servers say; an administrator edits them. */
  rules: RuleBook;
  clocks: Clocks;
  /** From 0 up to 1: spreads the next tries of messages that were deferred together. */
  random: () => number;
};

/** What the outcome of a try means for the message, for its address, for the route and for the pace. */
export function judgeTry(
  item: MessageInFlight,
  outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
  { rules, clocks, random }: Judge,
): Judgement {
  const { way } = item.lane.target;
  const { rule, actions } = matchRule(rules, item, outcome, clocks.steady());
  const now = clocks.wall();
  const verdict = judge(onWall(outcome, clocks), {
    now,
    attempts: item.recipient.attempts,
    firstTriedAt: item.firstTriedAt ?? now,
    random: random(),
    routeWorks: way.hasDelivered,
    ambiguousBefore: item.ambiguousBefore,
    lastCategory: item.lastCategory,
    isRelay: way.egress.route.kind !== "direct",
    category: rule?.category,
    onAmbiguous: item.lane.run.parts.onAmbiguous,
  });
  return { ...verdict, actions };
}

/** The wall-clock time of the message's next try, which must survive a restart. */
function onWall<T extends SmtpOutcome>(outcome: T, clocks: Clocks): T {
  return outcome.kind === "broken" && outcome.retryAt !== undefined
    ? { ...outcome, retryAt: onWallClock(outcome.retryAt, clocks) }
    : outcome;
}

/** The first rule that is about what the server said, and what it asks of the limiter now. */
function matchRule(rules: RuleBook, item: MessageInFlight, outcome: SmtpOutcome, now: number) {
  const none = { rule: undefined, actions: [] as LimitAction[] };
  if (outcome.kind !== "refused") {
    return none;
  }
  const { way, site } = item.lane.target;
  const { route } = way.egress;
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
