import type { SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";
import { aboutRecipient } from "./reply-rule.ts";

type CodeRule = {
  category: Category;
  /** The enhanced code without its class, for example `1.1`; or only its subject, for example `3`. */
  detail: string;
  on?: 4 | 5;
  at?: readonly SmtpStage[];
};

const aboutUs = ["greeting", "ehlo", "mail"] as const;

/**
 * Sources: RFC 3463, the RFC 5248 registry, RFC 7372, RFC 7504, RFC 7505, and provider documentation. The first match
 * wins, so a detail precedes its subject.
 */
export const enhancedRules: readonly CodeRule[] = [
  { detail: "1.10", category: "null_mx", on: 5, at: aboutRecipient },
  { detail: "1.1", category: "invalid_mailbox", on: 5, at: aboutRecipient },
  { detail: "1.3", category: "invalid_mailbox", on: 5, at: aboutRecipient },
  { detail: "1.6", category: "moved", on: 5, at: aboutRecipient },
  { detail: "1.2", category: "bad_domain", on: 5, at: aboutRecipient },
  { detail: "1.0", category: "unclear_550", on: 5, at: aboutRecipient },
  { detail: "1.8", category: "dns_failure", on: 4 },
  { detail: "1.7", category: "relay_denied", on: 5 },
  { detail: "1.8", category: "relay_denied", on: 5 },
  { detail: "2.0", category: "greylist", on: 4, at: aboutRecipient },
  { detail: "2.1", category: "rcpt_rate", on: 4 },
  { detail: "2.1", category: "inactive_mailbox", on: 5, at: aboutRecipient },
  { detail: "2.2", category: "mailbox_full" },
  { detail: "2.3", category: "msg_too_large" },
  { detail: "2.4", category: "invalid_mailbox", on: 5, at: aboutRecipient },
  { detail: "3.2", category: "rate_limit", on: 4 },
  { detail: "3.4", category: "msg_too_large" },
  { detail: "4.4", category: "bad_domain", on: 5, at: aboutRecipient },
  { detail: "4.310", category: "bad_domain", on: 5, at: aboutRecipient },
  { detail: "4.7", category: "expired" },
  { detail: "4.300", category: "expired" },
  { detail: "4.316", category: "expired" },
  { detail: "4.317", category: "expired" },
  { detail: "4.5", category: "quota", on: 5 },
  { detail: "4.5", category: "rate_limit", on: 4 },
  { detail: "4.6", category: "loop" },
  { detail: "4.14", category: "loop" },
  { detail: "5.3", category: "rate_limit" },
  { detail: "7.8", category: "relay_denied", on: 5 },
  { detail: "7.9", category: "relay_denied", on: 5 },
  { detail: "7.13", category: "inactive_mailbox", on: 5, at: aboutRecipient },
  { detail: "7.20", category: "auth_failure" },
  { detail: "7.21", category: "auth_failure" },
  { detail: "7.22", category: "auth_failure" },
  { detail: "7.23", category: "auth_failure" },
  { detail: "7.24", category: "auth_failure" },
  { detail: "7.25", category: "auth_failure" },
  { detail: "7.26", category: "auth_failure" },
  { detail: "7.27", category: "auth_failure" },
  { detail: "7.28", category: "rate_limit", on: 4 },
  { detail: "7.28", category: "spam_content", on: 5 },
  { detail: "7.29", category: "auth_failure" },
  { detail: "7.30", category: "auth_failure" },
  { detail: "7.32", category: "auth_failure" },
  { detail: "7.350", category: "spam_content" },
  { detail: "7.509", category: "auth_failure" },
  { detail: "7.515", category: "auth_failure" },
  { detail: "7.606", category: "ip_reputation" },
  { detail: "7.700", category: "rate_limit", on: 4 },
  { detail: "7.1", category: "greylist", on: 4, at: ["rcpt"] },
  { detail: "7.1", category: "ip_reputation", at: ["greeting", "ehlo"] },
  { detail: "7.1", category: "relay_denied", on: 5, at: ["mail"] },
  { detail: "3", category: "system", on: 4 },
  { detail: "3", category: "policy", on: 5, at: aboutRecipient },
  // Routing and network: never about the recipient, whatever the class.
  { detail: "4", category: "dns_failure" },
  { detail: "5", category: "syntax_unsupported", on: 5, at: aboutRecipient },
  { detail: "6", category: "syntax_unsupported", on: 5 },
  { detail: "7", category: "policy", on: 5, at: aboutRecipient },
];

type BasicRule = { category: Category; codes: readonly number[]; at?: readonly SmtpStage[] };

/** RFC 5321 §4.2 and extensions, used when nothing more specific matches. The first match wins. */
export const basicRules: readonly BasicRule[] = [
  { codes: [421, 454], category: "rate_limit" },
  { codes: [450, 451], category: "greylist", at: ["rcpt"] },
  { codes: [450, 451, 452, 455], category: "system" },
  { codes: [530, 535, 534, 538], category: "relay_denied" },
  { codes: [550, 554, 521, 571], category: "ip_reputation", at: ["greeting", "ehlo"] },
  { codes: [550, 551, 553, 554], category: "relay_denied", at: ["mail"] },
  { codes: [551], category: "moved", at: aboutRecipient },
  { codes: [556, 521], category: "null_mx", at: ["rcpt"] },
  { codes: [525], category: "inactive_mailbox", at: aboutRecipient },
  { codes: [552], category: "mailbox_full", at: ["rcpt"] },
  { codes: [552], category: "msg_too_large" },
  { codes: [550, 553], category: "unclear_550", at: ["rcpt"] },
  { codes: [500, 501, 502, 504, 555], category: "syntax_unsupported", at: aboutRecipient },
  { codes: [503], category: "protocol" },
  { codes: [550, 551, 553, 554], category: "policy", at: aboutRecipient },
  { codes: [500, 501, 502, 504, 550, 551, 553, 554, 555], category: "relay_denied", at: aboutUs },
];
