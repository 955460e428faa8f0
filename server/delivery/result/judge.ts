import type { SiteRefusal, SmtpFault, SmtpOutcome, SmtpStage, Verdict } from "../types.ts";
import { type Category, categories, factsOf } from "./categories.ts";
import { classifyReply } from "./classify.ts";
import { bulkSchedule, nextTry, type RetrySchedule, retryHint } from "./retry.ts";

/** The context of an attempt that its judgement depends on. */
export type JudgeContext = {
  /** Unix ms. */
  now: number;
  /** Attempts that counted, before this one. */
  attempts: number;
  /** Unix ms of the first attempt; equals `now` for the first one. */
  firstTriedAt: number;
  /** 0 ≤ x < 1; jitters retries. */
  random: number;
  /** Default: `bulkSchedule`. */
  schedule?: RetrySchedule;
  /** True when this route has delivered recently, so that a relaying refusal concerns one domain only. */
  routeWorks?: boolean;
  /** Earlier ambiguous attempts of this message; after the first one, a second is held. */
  ambiguousBefore?: number;
  /** Category of the previous attempt, if there was one. */
  lastCategory?: string | undefined;
  /** True when the route is a relay, whose own failures say nothing about the recipient. */
  isRelay?: boolean;
  /** Overrides the classification; set by an administrator's rule. */
  category?: Category | undefined;
  /** What to do with a message that may have been delivered. Default: resend once with the same Message-ID. */
  onAmbiguous?: "resend" | "hold" | "assume_sent";
};

type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;

/** Attempts for a message refused because of the IP's reputation: another source may be accepted. */
const BLOCK_RETRIES = 2;

/**
 * Judges an attempt: the message's next state, the time of the next attempt, whether to suppress the address and
 * whether to slow down. Pure: the same input gives the same verdict on replay.
 */
export function judge(outcome: Answered, context: JudgeContext): Verdict {
  switch (outcome.kind) {
    case "accepted":
      return { state: "sent", category: "accepted", countsAsAttempt: true, pushback: false };
    case "ambiguous":
      return judgeAmbiguous(context);
    case "broken":
      return outcome.retryAt === undefined
        ? judgeBroken(outcome.fault, outcome.stage, outcome.error, context)
        : judgeUntried(outcome.fault, outcome.retryAt, context);
    case "refused":
      return judgeRefused(outcome, context);
  }
}

function judgeAmbiguous(context: JudgeContext): Verdict {
  const policy = context.onAmbiguous ?? "resend";
  const base = { category: "ambiguous", countsAsAttempt: true, pushback: false };
  if (policy === "assume_sent") {
    return { ...base, state: "sent" };
  }
  return policy === "hold" || (context.ambiguousBefore ?? 0) > 0
    ? { ...base, state: "held" }
    : defer("ambiguous", context, { counts: true });
}

const faultCategory: Record<SmtpFault, Category> = {
  connection: "net",
  timeout: "net",
  tls: "net",
  protocol: "protocol",
  config: "relay_denied",
  too_large: "msg_too_large",
  unsupported: "syntax_unsupported",
  null_mx: "null_mx",
  no_domain: "no_domain",
  dns: "net",
  private_target: "private_target",
  tls_policy: "tls_policy",
};

function judgeBroken(
  fault: SmtpFault,
  stage: SmtpStage,
  error: string,
  context: JudgeContext,
): Verdict {
  const category = faultCategory[fault];
  if (categories[category].kind === "content" || fault === "private_target") {
    return stop("failed", category);
  }
  if (fault === "null_mx" || (fault === "no_domain" && context.lastCategory === category)) {
    return stop("bounced", category);
  }
  // A STARTTLS failure may be gone at the next attempt, so it is not a route fault; a wrong configuration stays wrong.
  if (fault === "config" && stage !== "starttls") {
    return defer(category, context, { counts: false, routeFault: error });
  }
  // Some servers signal "too many connections" by a reset, or by not answering before MAIL.
  const pushback = stage === "connect" || stage === "greeting";
  return defer(category, context, { counts: true, pushback });
}

/**
 * The domain's servers failed moments ago and were not contacted, so this is not an attempt and no reason to slow down.
 */
function judgeUntried(fault: SmtpFault, retryAt: number, context: JudgeContext): Verdict {
  const hintMs = Math.max(0, retryAt - context.now);
  return defer(faultCategory[fault], context, { counts: false, hintMs });
}

type Refused = Extract<SmtpOutcome, { kind: "refused" }>;

function judgeRefused(outcome: Refused, context: JudgeContext): Verdict {
  const { reply, stage } = outcome;
  const category = context.category ?? classifyReply(reply, stage);
  const { kind } = factsOf(category);
  const hintMs = retryHint(reply.text);
  if (kind === "throttle") {
    return defer(category, context, { counts: false, pushback: true, hintMs });
  }
  const isPermanent = reply.code >= 500;
  if (
    (kind === "config" && stage !== "starttls") ||
    (category === "sender_refused" && isPermanent)
  ) {
    return judgeConfig(outcome, category, context);
  }
  // A permanent refusal before RCPT is not about the recipient, so the message is deferred.
  const isOurs = stageIsAboutUs(stage) && kind !== "content";
  const staysOwed = !isPermanent || kind === "transient" || isOurs;
  if (category === "ip_reputation") {
    return staysOwed || context.attempts < BLOCK_RETRIES
      ? defer(category, context, { counts: true, pushback: true, hintMs })
      : stop("failed", category);
  }
  if (staysOwed) {
    return defer(category, context, { counts: true, hintMs });
  }
  return kind === "hard" || kind === "soft" ? stop("bounced", category) : stop("failed", category);
}

/**
 * Handles a refusal of our sender or of relaying. From a relay it is a fault of the route, unless the route works and
 * only one domain is refused. From a recipient's server it concerns that site only, since others may accept us.
 */
function judgeConfig(outcome: Refused, category: Category, context: JudgeContext): Verdict {
  const { reply, stage } = outcome;
  const hintMs = retryHint(reply.text);
  if (reply.code < 500) {
    return defer(category, context, { counts: false, hintMs });
  }
  const words = [reply.code, reply.enhanced, reply.text].filter((word) => word !== "").join(" ");
  const isSites = context.isRelay === false;
  const siteRefusal = { words, refuses: whoIsRefused(outcome) };
  const isAfterMail = category === "sender_refused" ? !stageIsAboutUs(stage) : stage === "rcpt";
  if (isAfterMail && context.routeWorks === true) {
    const failed = stop("failed", category);
    // Many servers check the sender only at RCPT. Reporting the site prevents the same refusal of its other messages.
    return isSites && category === "sender_refused" ? { ...failed, siteRefusal } : failed;
  }
  return isSites
    ? { ...defer(category, context, { counts: true, hintMs }), siteRefusal }
    : defer(category, context, { counts: false, hintMs, routeFault: words });
}

/** Words that refer to the sender address. */
const NAMES_SENDER =
  /\b(?:sender|return[- ]path|reverse[- ]path|originator|(?:your|sending|from:?) (?:address|domain|header)|absender\w*|remitente|remetente|mittente)\b|(?:exp(?:e|é)diteur|(?:e|é)metteur)/i;
const NAMES_HOST = /\b(?:helo|ehlo|host|hostname|client|ip|relay\w*)\b/i;

/**
 * Returns "sender" only when the reply says so (5.1.7 and 5.1.8 concern the sender's address, RFC 3463 §3.2). A bare
 * refusal of MAIL or of EHLO applies to all mail of the route.
 */
function whoIsRefused({ reply: { enhanced, text }, stage }: Refused): SiteRefusal["refuses"] {
  const isNamed = /\.1\.[78]$/.test(enhanced) || NAMES_SENDER.test(text);
  const mayBeNamed = stage === "mail" || stage === "rcpt";
  return mayBeNamed && isNamed && !NAMES_HOST.test(text) ? "sender" : "route";
}

function stageIsAboutUs(stage: SmtpStage): boolean {
  return stage !== "rcpt" && stage !== "data" && stage !== "dot";
}

function stop(state: "bounced" | "failed", category: Category): Verdict {
  const { giveUp } = factsOf(category);
  return {
    ...{ state, category, countsAsAttempt: true, pushback: false },
    ...(giveUp === undefined
      ? {}
      : giveUp.isForGood
        ? { suppress: "hard_bounce" as const }
        : { strike: category }),
  };
}

/** Reasons to wait that concern the mailbox, over a relay as well. */
const aboutMailbox: readonly string[] = ["mailbox_full", "rcpt_rate", "greylist"];
/** Reasons to wait that concern the receiving domain, when we connect to its own servers. */
const aboutDomain: readonly string[] = ["system", "net", "dns_failure", "no_domain"];

/**
 * Fails a message that has waited too long. This counts against the address only when the last obstacle was its mailbox
 * or domain; a relay that was down or a limit on us says nothing about the address.
 */
function expire(last: Category, context: JudgeContext, pushback: boolean): Verdict {
  const isTheirs =
    aboutMailbox.includes(last) || (context.isRelay === false && aboutDomain.includes(last));
  const strike = last === "mailbox_full" ? last : "expired";
  return {
    ...{ state: "failed" as const, category: "expired", countsAsAttempt: true, pushback },
    ...(isTheirs ? { strike } : {}),
  };
}

function defer(
  category: Category,
  context: JudgeContext,
  how: {
    counts: boolean;
    pushback?: boolean;
    hintMs?: number | undefined;
    routeFault?: string;
  },
): Verdict {
  const dueAt = nextTry({
    schedule: context.schedule ?? bulkSchedule,
    // An attempt that does not count has no place in the schedule, so throttling waits the category's constant time.
    attempts: how.counts ? context.attempts : undefined,
    firstTriedAt: context.firstTriedAt,
    now: context.now,
    waitMinutes: factsOf(category).waitMinutes ?? 0,
    hintMs: how.hintMs,
    random: context.random,
  });
  const pushback = how.pushback ?? false;
  if (dueAt === undefined) {
    return expire(category, context, pushback);
  }
  if (how.routeFault !== undefined) {
    // A route fault pauses the campaign. Its messages are due at once when it is resumed, since the route is then
    // fixed.
    const { routeFault } = how;
    return {
      state: "deferred",
      category,
      dueAt: context.now,
      countsAsAttempt: false,
      pushback,
      routeFault,
    };
  }
  return {
    state: "deferred",
    category,
    dueAt,
    countsAsAttempt: how.counts,
    pushback,
  };
}
