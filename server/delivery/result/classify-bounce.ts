import type { BounceEvidence, BounceRules } from "../ports.ts";
import type { SmtpStage } from "../types.ts";
import { type Category, categories, factsOf } from "./categories.ts";
import { classifyReply } from "./classify.ts";

const ENHANCED = /^([245])\.\d{1,3}\.\d{1,3}$/;

/** How reports name the command that was refused: Postfix, Exim, GMX, and those who show the dialogue. */
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
 * Gives a message that came back its category. It was refused behind the server that had taken it, so the
 * reply is read as one to the command that the report names, else to RCPT. Its class says little: somebody has
 * given up, so "User unknown" with a 4xx code is as final as with a 5xx one. What is said to have failed for a
 * passing reason has been tried for long enough by somebody else: it has expired.
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

/** What a report counts as against the address; undefined when it says nothing about it. */
function countedAs(category: string, isAboutOwn: boolean): string | undefined {
  const kind = Object.hasOwn(categories, category) ? factsOf(category as Category).kind : undefined;
  if (category === "expired") {
    // A queue of somebody's gave up, and that may be the fault of our own relay. Our own waiting is judged apart.
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
