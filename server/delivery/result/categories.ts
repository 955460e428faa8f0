import type { SuppressionThreshold } from "../ports.ts";

/**
 * What kind of problem a category of reply is.
 * - hard: the address, permanently. soft: the mailbox's current state. transient: expected to pass.
 * - throttle: our sending rate; the attempt does not count. block: our reputation or content, never the recipient.
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
  /** When the address is suppressed; omitted = never. */
  giveUp?: SuppressionThreshold;
  /** Minimum wait before the next attempt. */
  waitMinutes?: number;
};

/** For failures that a server states with certainty. */
const atOnce: SuppressionThreshold = { after: 1, per: "message", withinDays: 1, isForGood: true };

/** Every category an attempt can have, and its consequences. */
export const categories = {
  accepted: { kind: "accepted" },
  invalid_mailbox: { kind: "hard", giveUp: atOnce },
  moved: { kind: "hard", giveUp: atOnce },
  null_mx: { kind: "hard", giveUp: atOnce },
  // NXDOMAIN bounces when it is seen twice. 76 minutes keep the two at least an hour apart even with the shortest
  // jitter.
  no_domain: {
    kind: "hard",
    giveUp: { after: 1, per: "message", withinDays: 1, isForGood: false },
    waitMinutes: 76,
  },
  bad_domain: {
    kind: "hard",
    giveUp: { after: 2, per: "day", withinDays: 90, isForGood: false },
  },
  unclear_550: {
    kind: "hard",
    giveUp: { after: 2, per: "day", withinDays: 90, isForGood: false },
  },
  inactive_mailbox: {
    kind: "hard",
    giveUp: { after: 2, per: "message", withinDays: 30, isForGood: false },
  },
  mailbox_full: {
    kind: "soft",
    giveUp: { after: 4, per: "message", withinDays: 365, overDays: 30, isForGood: false },
  },
  loop: { kind: "soft" },
  filtered: {
    kind: "block",
    giveUp: { after: 3, per: "message", withinDays: 365, isForGood: false },
  },
  greylist: { kind: "transient", waitMinutes: 5 },
  rcpt_rate: { kind: "transient", waitMinutes: 60 },
  dns_failure: { kind: "transient" },
  system: { kind: "transient" },
  net: { kind: "transient", waitMinutes: 5 },
  tls_policy: { kind: "transient", waitMinutes: 15 },
  protocol: { kind: "transient" },
  rate_limit: { kind: "throttle", waitMinutes: 3 },
  quota: { kind: "throttle", waitMinutes: 60 },
  ip_reputation: { kind: "block" },
  domain_reputation: { kind: "block" },
  spam_content: { kind: "block" },
  auth_failure: { kind: "block" },
  sender_refused: { kind: "block" },
  policy: { kind: "block" },
  private_target: { kind: "block" },
  virus: { kind: "content" },
  msg_too_large: { kind: "content" },
  syntax_unsupported: { kind: "content" },
  relay_denied: { kind: "config", waitMinutes: 5 },
  ambiguous: { kind: "transient" },
  expired: {
    kind: "soft",
    giveUp: { after: 3, per: "message", withinDays: 30, isForGood: false },
  },
} as const satisfies Record<string, CategoryFacts>;

export type Category = keyof typeof categories;

/** A category's facts, typed so that the optional ones can be read. */
export function factsOf(category: Category): CategoryFacts {
  return categories[category];
}

/** The categories of one kind. */
export function categoriesOfKind(kind: CategoryKind): Category[] {
  return (Object.keys(categories) as Category[]).filter((name) => categories[name].kind === kind);
}
