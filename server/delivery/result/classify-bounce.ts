import type { BounceEvidence, BounceRules } from "../ports.ts";
import type { SmtpStage } from "../types.ts";
import { type Category, categories, factsOf } from "./categories.ts";
import { classifyReply } from "./classify.ts";

const ENHANCED = /^([245])\.\d{1,3}\.\d{1,3}$/;

/** How bounce reports name the refused command: the wording of Postfix, Exim and GMX, and quoted SMTP dialogue. */
const STAGES: readonly [SmtpStage, RegExp][] = [
  [
    "greeting",
    /\b(?:after|on|during|in) (?:the )?(?:initial connection|connect|greeting|banner)\b|\brefused to talk to me\b/i,
  ],
  ["ehlo", /\b(?:in reply to|after|for|on|during) (?:pipelined |the )?(?:HELO|EHLO)\b/],
  [
    "mail",
    /\b(?:in reply to|after|for|on|during) (?:pipelined |the )?MAIL(?: FROM)?\b|>>> ?MAIL FROM\b/i,
  ],
  [
    "rcpt",
    /\b(?:in reply to|after|for|on|during) (?:pipelined |the )?RCPT(?: TO)?\b|>>> ?RCPT TO\b/i,
  ],
  [
    "dot",
    /\b(?:in reply to|after|for|on|during) (?:pipelined |the )?(?:end of data|sending data block|DATA|TEXT)\b/i,
  ],
];

/**
 * Classifies a bounced message. It was refused downstream of the server that accepted it, so the reply is read as one
 * to the command the report names, or to RCPT when it names none. The reply's class matters little: delivery has been
 * abandoned, so "User unknown" is as final with a 4xx code as with 5xx. A temporary reason means that another server
 * has already retried for long enough, so it becomes `expired`.
 */
export function classifyBounce({ code, enhanced, text }: BounceEvidence): Category {
  const digit = ENHANCED.exec(enhanced)?.[1];
  const reply = {
    code: code >= 400 && code <= 599 ? code : digit === "4" ? 450 : 550,
    enhanced: digit === undefined ? "" : enhanced,
    text,
  };
  const stage = STAGES.find(([, words]) => words.test(text))?.[0] ?? "rcpt";
  const category = classifyReply(reply, stage, { isFinal: true });
  const { kind } = categories[category];
  return kind === "transient" || kind === "throttle" ? "expired" : category;
}

/** The category to count against the address; undefined when the report says nothing about the address. */
function countedAs(category: string, isAboutOwn: boolean): string | undefined {
  const kind = Object.hasOwn(categories, category) ? factsOf(category as Category).kind : undefined;
  if (category === "expired") {
    // Another server's queue gave up, possibly through the fault of our own relay. Our own expiry is judged in
    // `judge.ts`.
    return undefined;
  }
  return kind === "hard" && !isAboutOwn ? "unclear_550" : category;
}

export const categoryRules: Omit<BounceRules, "softBounceDays"> = {
  categoryOf: classifyBounce,
  countedAs,
  giveUp: (category) =>
    Object.hasOwn(categories, category) ? factsOf(category as Category).giveUp : undefined,
};
