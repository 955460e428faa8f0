import type { SmtpReply, SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";
import { basicRules, enhancedRules } from "./code-rules.ts";
import type { TextRule } from "./reply-rule.ts";
import { textRules } from "./text-rules.ts";
import { vagueWords } from "./words-about-servers.ts";

/** Longer text is ignored: the reason comes first, and a hostile server may send 64 KB. */
const MAX_TEXT = 1_000;

/** Our own return path (`b-` and a token, see `tokens.ts`) inside a text. */
const OWN_ADDRESS = /^<?b-[a-z2-7]{20,80}@/i;
const ADDRESS = /<?[^\s<>"(),:;]+@[^\s<>"(),:;]*>?/g;

export type Reading = {
  /** True for a bounce report, where a 4xx reply was the last one and is therefore permanent. */
  isFinal?: boolean;
};

/**
 * Classifies a refusal (4xx or 5xx). Sources may disagree and are consulted in this order:
 *
 * 1. The stage: nothing a server says before RCPT is about the recipient.
 * 2. The text: it is more precise than codes, which many servers use loosely.
 * 3. The enhanced code: its subject and detail, never its class.
 * 4. Text that is less specific than an enhanced code.
 * 5. The basic code. Where the classes of the two codes disagree, it decides whether the refusal is permanent.
 *
 * An unknown 550 refusal of RCPT is taken to be about the recipient, though without certainty; an unknown 554
 * ("transaction failed") is not.
 */
export function classifyReply(
  reply: SmtpReply,
  stage: SmtpStage,
  { isFinal = false }: Reading = {},
): Category {
  if (stage === "auth" || stage === "starttls") {
    return reply.code >= 500 ? "relay_denied" : "rate_limit";
  }
  return (
    byText(textRules, reply, stage, isFinal) ??
    byEnhanced(reply, stage, isFinal) ??
    byText(vagueWords, reply, stage, isFinal) ??
    byBasic(reply, stage)
  );
}

/** The category according to the text alone; undefined when no rule matches. */
export function categoryOfWords(
  reply: SmtpReply,
  stage: SmtpStage,
  isFinal: boolean,
): Category | undefined {
  return byText(textRules, reply, stage, isFinal);
}

function byText(
  rules: readonly TextRule[],
  reply: SmtpReply,
  stage: SmtpStage,
  isFinal: boolean,
): Category | undefined {
  const text = withoutAddresses(reply.text);
  return rules.find((rule) => fits(rule, reply, stage, isFinal) && rule.text.test(text))?.category;
}

function byEnhanced(reply: SmtpReply, stage: SmtpStage, isFinal: boolean): Category | undefined {
  const [, subject = "", detail = ""] = reply.enhanced.split(".");
  // `5.5.0` means "other protocol status"; servers send it, like `5.0.0`, for anything.
  if (subject === "" || (Number(subject) === 5 && Number(detail) === 0)) {
    return undefined;
  }
  const precise = `${Number(subject)}.${Number(detail)}`;
  return enhancedRules.find(
    (rule) =>
      fits(rule, reply, stage, isFinal && reply.enhanced.startsWith("5")) &&
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
  if (stage === "rcpt" && reply.code !== 554) {
    return "unclear_550";
  }
  return stage === "rcpt" || stage === "data" || stage === "dot" ? "policy" : "relay_denied";
}

function fits(
  rule: { on?: 4 | 5; at?: readonly SmtpStage[] },
  reply: SmtpReply,
  stage: SmtpStage,
  isFinal: boolean,
): boolean {
  const isOn =
    rule.on === undefined || rule.on === Math.floor(reply.code / 100) || (rule.on === 5 && isFinal);
  return isOn && (rule.at?.includes(stage) ?? true);
}

/** Removes addresses, so that one such as blocked-user@spam.example does not match a rule. */
function withoutAddresses(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replace(ADDRESS, (address) => (OWN_ADDRESS.test(address) ? "@sender" : "@"));
}
