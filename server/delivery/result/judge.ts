import type { SiteRefusal, SmtpFault, SmtpOutcome, SmtpStage, Verdict } from "../types.ts";
import { type Category, categories, factsOf } from "./categories.ts";
import { classifyReply } from "./classify.ts";
import { bulkSchedule, nextTry, type RetrySchedule, retryHint } from "./retry.ts";

/** What a judgement needs to know beside the outcome. */
export type JudgeContext = {
  /** Unix ms. */
  now: number;
  /** Tries that counted, before this one. */
  attempts: number;
  /** Unix ms of the first try; `now` for the first one. */
  firstTriedAt: number;
  /** 0 ≤ x < 1, spreads retries. */
  random: number;
  /** Default: bulk. */
  schedule?: RetrySchedule;
  /** True when this route has delivered lately: then a refused relay is about one domain. */
  routeWorks?: boolean;
  /** Earlier tries of this message that ended ambiguous; after the first one it is held. */
  ambiguousBefore?: number;
  /** Category of the try before this one, when there was one. */
  lastCategory?: string | undefined;
  /** True when somebody else's server takes the messages on: then its troubles are not the recipient's. */
  isRelay?: boolean;
  /** What a rule of the administrator says that the reply means. */
  category?: Category | undefined;
  /** What to do when a message may have been delivered. Default: resend once, same Message-ID. */
  onAmbiguous?: "resend" | "hold" | "assume_sent";
};

type Answered = Exclude<SmtpOutcome, { kind: "abandoned" }>;

/** Refusals that another way out might not get, and how often that is tried. */
const BLOCK_RETRIES = 2;

/**
 * Says what an attempt means for the message: where it goes, when it is tried again, whether its
 * address is given up, whether to slow down. Pure; the same input gives the same verdict on replay.
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
  // What the server did in TLS, or did not offer, it may do a moment later; what we are told to do stays wrong.
  if (fault === "config" && stage !== "starttls") {
    return defer(category, context, { counts: false, routeFault: error });
  }
  // A reset or silence before MAIL is how some servers say "too many connections".
  const pushback = stage === "connect" || stage === "greeting";
  return defer(category, context, { counts: true, pushback });
}

/** Its servers failed a moment ago and were not asked again: that is no try, and says nothing new of our pace. */
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
  // What is refused for good before RCPT is not the recipient's fault: it stays owed.
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
 * We are not let through. Said by a relay that is the route's fault, unless it works and only one domain is refused;
 * said by one recipient's server it is that server's word, and others may take what it does not.
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
    // Many servers look at the sender only now; the next ones of the site need not run into the same.
    return isSites && category === "sender_refused" ? { ...failed, siteRefusal } : failed;
  }
  return isSites
    ? { ...defer(category, context, { counts: true, hintMs }), siteRefusal }
    : defer(category, context, { counts: false, hintMs, routeFault: words });
}

/** Words for the address that a message is from. */
const NAMES_SENDER =
  /\b(?:sender|return[- ]path|reverse[- ]path|originator|(?:your|sending|from:?) (?:address|domain|header)|absender\w*|remitente|remetente|mittente)\b|(?:exp(?:e|é)diteur|(?:e|é)metteur)/i;
const NAMES_HOST = /\b(?:helo|ehlo|host|hostname|client|ip|relay\w*)\b/i;

/**
 * The sender only where the server says so (5.1.7 and 5.1.8 are about its address, RFC 3463 §3.2): a bare refusal of
 * MAIL, or one of our greeting, holds for whoever comes by the route.
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

/** Waits that say something about the mailbox, however the message goes. */
const aboutMailbox: readonly string[] = ["mailbox_full", "rcpt_rate", "greylist"];
/** Waits that are the receiving domain's doing when we talk to its own servers. */
const aboutDomain: readonly string[] = ["system", "net", "dns_failure", "no_domain"];

/**
 * Given up after waiting too long. That counts against the address only when the last obstacle was its
 * mailbox or domain: a relay that was down, or a limit on us, says nothing about anybody's address.
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
    // A try that does not count has no place in the schedule: throttling is waited out evenly.
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
    // The campaign is paused for it: who resumes it has mended the route, and nobody has to wait then.
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
