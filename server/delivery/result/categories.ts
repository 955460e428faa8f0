/**
 * What a category of answer asks for.
 * - hard: about the address, for good. soft: about the mailbox as it is now. transient: comes again.
 * - throttle: our pace; the try does not count. block: our reputation or content, never the recipient.
 * - config: our route. content: this message.
 */
export type CategoryKind =
  | "accepted"
  | "hard"
  | "soft"
  | "transient"
  | "throttle"
  | "block"
  | "config"
  | "content";

type CategoryFacts = {
  kind: CategoryKind;
  /** Suppress the address at the first permanent refusal. */
  suppress?: true;
  /** Shortest wait before the next try. */
  waitMinutes?: number;
};

/** Every category an attempt can have, and what is done about it. */
export const categories = {
  accepted: { kind: "accepted" },
  invalid_mailbox: { kind: "hard", suppress: true },
  moved: { kind: "hard", suppress: true },
  null_mx: { kind: "hard", suppress: true },
  bad_domain: { kind: "hard" },
  unclear_550: { kind: "hard" },
  inactive_mailbox: { kind: "hard" },
  mailbox_full: { kind: "soft" },
  loop: { kind: "soft" },
  filtered: { kind: "block" },
  greylist: { kind: "transient", waitMinutes: 5 },
  rcpt_rate: { kind: "transient", waitMinutes: 60 },
  dns_failure: { kind: "transient" },
  system: { kind: "transient" },
  net: { kind: "transient", waitMinutes: 5 },
  protocol: { kind: "transient" },
  rate_limit: { kind: "throttle", waitMinutes: 3 },
  quota: { kind: "throttle", waitMinutes: 60 },
  ip_reputation: { kind: "block" },
  domain_reputation: { kind: "block" },
  spam_content: { kind: "block" },
  auth_failure: { kind: "block" },
  policy: { kind: "block" },
  virus: { kind: "content" },
  msg_too_large: { kind: "content" },
  syntax_unsupported: { kind: "content" },
  relay_denied: { kind: "config", waitMinutes: 5 },
  ambiguous: { kind: "transient" },
  expired: { kind: "soft" },
} as const satisfies Record<string, CategoryFacts>;

export type Category = keyof typeof categories;

/** The facts of a category, with the optional ones filled in. */
export function factsOf(category: Category): CategoryFacts {
  return categories[category];
}
