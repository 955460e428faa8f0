import type { SmtpReply, SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";
import { basicRules, enhancedRules } from "./code-rules.ts";
import type { TextRule } from "./reply-rule.ts";
import { textRules } from "./text-rules.ts";
import { vagueWords } from "./words-about-servers.ts";

/** A reason that is not said by then is none; a hostile server may send 64 KB. */
const MAX_TEXT = 1_000;

/** Our own return path (`b-` and a token, as `tokens.ts` makes it) in a text. */
const OWN_ADDRESS = /^<?b-[a-z2-7]{20,80}@/i;
const ADDRESS = /<?[^\s<>"(),:;]+@[^\s<>"(),:;]*>?/g;

export type Reading = {
  /** True for what was reported after the fact: then a 4xx reply was the last one, and came to stay. */
  isFinal?: boolean;
};

/**
 * Gives a refusal (4xx or 5xx) its category. What may disagree is asked in this order:
 *
 * 1. The stage. Nothing that a server says before RCPT is about the recipient.
 * 2. The words. They are more exact than codes, which many servers give by habit.
 * 3. The enhanced code: its subject and detail, never its class.
 * 4. Words that say less than an enhanced code.
 * 5. The basic code. Where the classes of the two codes disagree it says whether the refusal is for good.
 *
 * An unknown refusal of RCPT with 550 is held to be about the recipient, but not certainly; one with 554, which
 * says "transaction failed", is not.
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

/** The category that the words alone give; undefined when they give none. */
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
  // `5.5.0` says "other protocol status", and servers give it for anything, as they give `5.0.0`.
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

/** An address such as blocked-user@spam.example must not speak for the server. */
function withoutAddresses(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replace(ADDRESS, (address) => (OWN_ADDRESS.test(address) ? "@sender" : "@"));
}
