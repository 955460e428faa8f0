import type {
  Bottleneck,
  BottleneckCode,
  BottleneckWords,
  LimitSubject,
  RetryCause,
} from "../../server/app.ts";
import { t } from "./bottleneck.messages.ts";
import { formatClock, formatNumber } from "./format.ts";
import { causeText } from "./refusal.ts";

/** What slows a campaign down, in the reader's language and time zone. */
export function bottleneckText<C extends BottleneckCode>({ code, params }: Bottleneck<C>): string {
  const sentence = words[code](params);
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

const words: BottleneckWords = {
  journal_unwritable: ({ reason }) => t("journal", { reason: causeText(reason) }),
  opening_unanswered: ({ server, route, stage, since }) =>
    t(stage, { server, route, time: formatClock(since) }),
  messages_unanswered: ({ server, servers, messages, since }) => {
    const said = { count: messages, time: formatClock(since) };
    return servers === 1
      ? t("oneServer", { server, ...said })
      : t("manyServers", { servers: formatNumber(servers), ...said });
  },
  campaign_suspended: ({ reason }) => causeText(reason),
  suspended: ({ subject, until, reason }) => {
    const said = { subject: subjectText(subject), reason: causeText(reason) || t("noReason") };
    return until === null
      ? t("suspended", said)
      : t("suspendedUntil", { ...said, time: formatClock(until) });
  },
  quota_used: ({ subject, until, allowed, period }) => {
    const said = {
      subject: subjectText(subject),
      amount: t("amount", { count: allowed }),
      period: t(period),
    };
    return until === null
      ? t("quota", said)
      : t("quotaUntil", { ...said, time: formatClock(until) });
  },
  first_connection: ({ subject }) => t("firstConnection", { subject: subjectText(subject) }),
  no_more_connections: ({ subject, allowed, reason }) => {
    const said = { subject: subjectText(subject), count: allowed };
    return reason === ""
      ? t("noMore", said)
      : t("noMoreBecause", { ...said, reason: causeText(reason) });
  },
  all_connections_used: ({ subject }) => t("allConnections", { subject: subjectText(subject) }),
  few_at_once: ({ subject, allowed, reason }) => {
    const said = { subject: subjectText(subject), amount: t("amount", { count: allowed }) };
    return reason === ""
      ? t("atOnce", said)
      : t("atOnceBecause", { ...said, reason: causeText(reason) });
  },
  node_share: () => t("nodeShare"),
  node_opening: () => t("nodeOpening"),
  node_memory: () => t("nodeMemory"),
  spread: ({ perSecond }) => t("spread", { rate: rateText(perSecond) }),
  warm_up: ({ subject, perSecond }) =>
    t("warmUp", { subject: subjectText(subject), rate: rateText(perSecond) }),
  slowed_down: ({ subject, perSecond, reason }) => {
    const said = { subject: subjectText(subject), rate: rateText(perSecond) };
    return reason === ""
      ? t("slowed", said)
      : t("slowedBecause", { ...said, reason: causeText(reason) });
  },
  rate: ({ subject, perSecond }) =>
    t("rate", { subject: subjectText(subject), rate: rateText(perSecond) }),
  looking_up_domains: () => t("lookingUp"),
  selecting_recipients: () => t("selecting"),
  paused: ({ reason }) =>
    reason === "" ? t("paused") : t("pausedBecause", { reason: causeText(reason) }),
  route_rate: ({ route, perSecond }) => t("routeRate", { route, rate: rateText(perSecond) }),
  workspace_rate: ({ perSecond }) => t("workspaceRate", { rate: rateText(perSecond) }),
  held: ({ messages }) => t("held", { count: messages }),
  waiting_retries: ({ messages: count, at, cause }) =>
    t("retries", {
      count,
      first: at === null ? "" : t("firstAt", { count, time: formatClock(at) }),
      why: cause === null ? "" : t(causes[cause]),
    }),
  saving_results: () => t("saving"),
  full_speed: () => t("fullSpeed"),
  waiting_turn: () => t("waitingTurn"),
  sending_next: () => t("sendingNext"),
};

const causes = {
  connection: "causeConnection",
  tls: "causeTls",
  dns: "causeDns",
  mailbox_full: "causeFull",
  limit: "causeLimit",
  connection_lost: "causeLost",
  asked_later: "causeLater",
  not_accepted: "causeRefused",
  server_problem: "causeServer",
} as const satisfies Record<RetryCause, keyof typeof t.catalogue>;

function subjectText({ level, name, provider, route }: LimitSubject): string {
  const toProvider = (what: string) => t("toWhom", { what, whom: provider });
  switch (level) {
    case "node":
    case "workspace":
    case "campaign":
      return t(level);
    case "workspace_provider":
      return toProvider(t("workspace"));
    case "campaign_provider":
      return toProvider(t("campaign"));
    case "route":
      return t("route", { name });
    case "route_provider":
    case "route_site":
      return toProvider(t("route", { name }));
    case "source_provider":
      return toProvider(t("source", { name }));
    case "sender_provider":
      return toProvider(t("sender", { name }));
    case "sender_site":
      return toProvider(t("senderBy", { name, route }));
  }
}

/** A rate per second, minute or hour: the shortest of these in which at least one message is sent. */
function rateText(perSecond: number): string {
  if (perSecond >= 1) {
    return t("perSecond", { count: rounded(perSecond) });
  }
  return perSecond * 60 >= 1
    ? t("perMinute", { count: rounded(perSecond * 60) })
    : t("perHour", { count: rounded(perSecond * 3_600) });
}

function rounded(n: number): number {
  return n < 10 ? Math.round(n * 10) / 10 : Math.round(n);
}
