import type { Item, Run } from "./run.ts";
import type { SmtpOutcome, Verdict } from "./types.ts";

const RETRY_MINUTES = [5, 10, 20, 40, 80, 160, 240, 360, 480];
const MAX_AGE_MS = 48 * 3_600_000;
const AMBIGUOUS_RETRY_MS = 60_000;

type Tried = Exclude<SmtpOutcome, { kind: "abandoned" }>;

/** What the outcome of a try means for the message, for the address and for the route. */
export type Judge = (run: Run, item: Item, outcome: Tried, now: number) => Verdict;

export const judge: Judge = (_run, item, outcome, now) =>
  meaningOf(outcome, item.recipient.attempts, item.firstTriedAt ?? now, now);

function meaningOf(outcome: Tried, attempts: number, firstTriedAt: number, now: number): Verdict {
  if (outcome.kind === "accepted") {
    return { state: "sent", category: "accepted", countsAsAttempt: true, pushback: false };
  }
  if (outcome.kind === "refused" && outcome.reply.code >= 500) {
    const isAboutRecipient = outcome.stage === "rcpt";
    return {
      state: "bounced",
      category: isAboutRecipient ? "invalid_mailbox" : "policy",
      countsAsAttempt: true,
      pushback: false,
      ...(isAboutRecipient ? { suppress: "hard_bounce" as const } : {}),
    };
  }
  if (now - firstTriedAt > MAX_AGE_MS) {
    return { state: "failed", category: "expired", countsAsAttempt: true, pushback: false };
  }
  const delay = RETRY_MINUTES[Math.min(attempts, RETRY_MINUTES.length - 1)] ?? 480;
  const isAmbiguous = outcome.kind === "ambiguous";
  return {
    state: "deferred",
    category: isAmbiguous ? "ambiguous" : outcome.kind === "broken" ? "net" : "transient",
    dueAt: now + (isAmbiguous ? AMBIGUOUS_RETRY_MS : delay * 60_000),
    countsAsAttempt: true,
    pushback: false,
  };
}
