import type { SmtpReply } from "../types.ts";
import { type Category, factsOf } from "./categories.ts";
import { categoryOfWords } from "./classify.ts";

/** The reason given in a report's prose, expressed as an enhanced code. */
export type SpokenReason = {
  /** RFC 3463; empty when no code fits the reason. */
  enhanced: string;
  /** True when it concerns the recipient's mailbox or domain rather than us or a server. */
  isAboutRecipient: boolean;
};

const codes: Partial<Record<Category, string>> = {
  invalid_mailbox: "5.1.1",
  bad_domain: "5.1.2",
  moved: "5.1.6",
  null_mx: "5.1.10",
  inactive_mailbox: "5.2.1",
  mailbox_full: "5.2.2",
  msg_too_large: "5.3.4",
  loop: "5.4.6",
  expired: "4.4.7",
  net: "4.4.1",
  dns_failure: "4.4.3",
  system: "4.3.0",
  spam_content: "5.7.1",
  ip_reputation: "5.7.1",
  domain_reputation: "5.7.1",
  auth_failure: "5.7.1",
  sender_refused: "5.7.1",
  filtered: "5.7.1",
  policy: "5.7.1",
};

/**
 * Finds the reason in prose written for people, using the text rules for replies.
 *
 * @returns undefined when no rule matches.
 */
export function spokenReason(text: string): SpokenReason | undefined {
  const reply: SmtpReply = { code: 550, enhanced: "", text };
  const category = categoryOfWords(reply, "rcpt", true);
  if (category === undefined) {
    return undefined;
  }
  const isAboutRecipient = factsOf(category).kind === "hard" || category === "mailbox_full";
  return { enhanced: codes[category] ?? "", isAboutRecipient };
}
