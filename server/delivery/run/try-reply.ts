import type { Connection } from "../../platform/db/driver.ts";
import { classifyReply } from "../result/classify.ts";
import { judge } from "../result/judge.ts";
import { type LimitRule, RuleBook } from "../result/limit-rules.ts";
import { fillRuleBook } from "../result/rule-book.ts";
import { ReplyParser } from "../smtp/reply-parser.ts";
import type { LimitAction, SmtpReply, SmtpStage, Verdict } from "../types.ts";

/** What would happen if a server said this. */
export type ReplyTrial = {
  reply: SmtpReply;
  /** What classification alone makes of it. */
  category: string;
  rule: LimitRule | undefined;
  /** What the rule would ask of the limiter once it fires. */
  actions: LimitAction[];
  verdict: Verdict;
};

/**
 * Asks the rules in force what they would make of a reply. Nothing is counted and nothing is sent.
 *
 * @param text As it comes on the wire; several lines are allowed.
 * @returns undefined when it is no whole refusal (4xx or 5xx).
 */
export function tryReply(
  system: Connection,
  asked: { provider: string; stage: SmtpStage; text: string },
  now: number,
): ReplyTrial | undefined {
  const { provider, stage, text } = asked;
  const wire = `${text.trim().replace(/\r?\n/g, "\r\n")}\r\n`;
  const reply = readReply(wire);
  if (reply === undefined || reply.code < 400) {
    return undefined;
  }
  const book = new RuleBook();
  fillRuleBook(book, system);
  const rule = book.find({ provider, stage, reply });
  const once = rule && { ...rule, trigger: { ...rule.trigger, times: 1 } };
  return {
    reply,
    category: classifyReply(reply, stage),
    rule,
    actions: once === undefined ? [] : book.fire(once, "", reply, now),
    verdict: judge(
      { kind: "refused", stage, reply, host: "", durationMs: 0 },
      {
        ...{ now, attempts: 0, firstTriedAt: now, random: 0.5, routeWorks: true },
        category: rule?.category,
      },
    ),
  };
}

function readReply(wire: string): SmtpReply | undefined {
  try {
    return new ReplyParser().feed(Buffer.from(wire))[0];
  } catch {
    return undefined;
  }
}
