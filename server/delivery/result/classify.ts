import type { SmtpReply, SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";
import { basicRules, enhancedRules } from "./code-rules.ts";
import { textRules } from "./text-rules.ts";

/** A reason that is not said by then is none; a hostile server may send 64 KB. */
const MAX_TEXT = 1_000;

/**
 * Gives a refusal (4xx or 5xx) its category: by the text, else by the enhanced code, else by the basic
 * code. Where the classes of the two codes disagree the basic one says whether it is for good. Nothing
 * the server says before RCPT is about the recipient.
 */
export function classifyReply(reply: SmtpReply, stage: SmtpStage): Category {
  if (stage === "auth" || stage === "starttls") {
    return reply.code >= 500 ? "relay_denied" : "rate_limit";
  }
  return byText(reply, stage) ?? byEnhanced(reply, stage) ?? byBasic(reply, stage);
}

function byText(reply: SmtpReply, stage: SmtpStage): Category | undefined {
  const text = withoutAddresses(reply.text);
  return textRules.find((rule) => fits(rule, reply, stage) && rule.text.test(text))?.category;
}

function byEnhanced(reply: SmtpReply, stage: SmtpStage): Category | undefined {
  const [, subject = "", detail = ""] = reply.enhanced.split(".");
  if (subject === "") {
    return undefined;
  }
  const precise = `${Number(subject)}.${Number(detail)}`;
  return enhancedRules.find(
    (rule) =>
      fits(rule, reply, stage) &&
      (rule.detail === precise || rule.detail === String(Number(subject))),
  )?.category;
}

function byBasic(reply: SmtpReply, stage: SmtpStage): Category {
  const found = basicRules.find(
    (rule) => rule.codes.includes(reply.code) && (rule.at?.includes(stage) ?? true),
  );
  if (found !== undefined) {
    return found.category;
  }
  if (reply.code < 500) {
    return "system";
  }
  if (stage === "rcpt") {
    return "unclear_550";
  }
  return stage === "data" || stage === "dot" ? "policy" : "relay_denied";
}

function fits(
  rule: { on?: 4 | 5; at?: readonly SmtpStage[] },
  reply: SmtpReply,
  stage: SmtpStage,
): boolean {
  const isOn = rule.on === undefined || rule.on === Math.floor(reply.code / 100);
  return isOn && (rule.at?.includes(stage) ?? true);
}

/** An address such as blocked-user@spam.example must not speak for the server. */
function withoutAddresses(text: string): string {
  return text.slice(0, MAX_TEXT).replace(/<?[^\s<>"(),:;]+@[^\s<>"(),:;]*>?/g, "@");
}
