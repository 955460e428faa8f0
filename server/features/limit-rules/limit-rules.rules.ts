import type { LimitAction, LimitRule, RuleAction } from "../../delivery/index.ts";

const MINUTE_MS = 60_000;

const scopes = {
  route_site: "the sending method to these servers",
  route_provider: "the sending method to this provider",
  workspace_provider: "the workspace's mail to this provider",
  campaign_provider: "the campaign's mail to this provider",
  sender_provider: "this sender domain's mail to this provider",
} as const;

/** An action in words, as in "Sends nothing through the route to this provider for 30 minutes". */
export function actionInWords(action: LimitAction | RuleAction): string {
  switch (action.do) {
    case "suspend":
      return `Pauses ${scopes[action.scope]} for ${duration(action.forMs)}`;
    case "set": {
      const limits = [
        action.perSecond === undefined ? [] : `${rate(action.perSecond)}`,
        action.connections === undefined ? [] : plural(action.connections, "connection"),
        action.perConnection === undefined
          ? []
          : `${plural(action.perConnection, "message")} per connection`,
      ].flat();
      return `Limits ${scopes[action.scope]} to ${limits.join(", ")} for ${duration(action.forMs)}`;
    }
    case "rotate_source":
      return `Uses another IP address for ${duration(action.forMs)}`;
    case "pause_campaign":
      return "Pauses the campaign";
  }
}

/** Describes when a rule applies. */
export function triggerInWords({ times, withinMs }: LimitRule["trigger"]): string {
  return times === 1 ? "immediately" : `after ${times} such replies within ${duration(withinMs)}`;
}

function rate(perSecond: number): string {
  return perSecond >= 1
    ? `${perSecond} messages per second`
    : `${Math.round(perSecond * 600) / 10} messages per minute`;
}

const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;

function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  return minutes % 60 === 0 && minutes > 0
    ? plural(minutes / 60, "hour")
    : minutes === 0
      ? plural(Math.round(ms / 1_000), "second")
      : plural(minutes, "minute");
}
