import type { Connection } from "../../platform/db/driver.ts";
import { classifyReply } from "../result/classify.ts";
import { judge } from "../result/judge.ts";
import { type LimitRule, RuleBook } from "../result/limit-rules.ts";
import { fillRuleBook } from "../result/rule-book.ts";
import { ReplyParser } from "../smtp/reply-parser.ts";
import type { LimitAction, SmtpReply, SmtpStage, Verdict } from "../types.ts";

/** What would happen if a server sent this reply. */
export type ReplyTrial = {
  reply: SmtpReply;
  /** The category that classification gives without the rule. */
  category: string;
  rule: LimitRule | undefined;
  /** The limiter actions of the rule, assuming that it triggers. */
  actions: LimitAction[];
  verdict: Verdict;
};

/**
 * Applies the current rules to a reply, as a dry run. Nothing is counted or sent.
 *
 * @param text The reply as sent by the server; may have several lines.
 * @returns undefined unless it is a complete refusal (4xx or 5xx).
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
