import type { Databases } from "../platform/db/databases.ts";
import type { Gate } from "./dispatcher.ts";
import { workspaceCap } from "./queue/load.store.ts";
import type { SmtpOutcome, Verdict } from "./types.ts";

const RETRY_MINUTES = [5, 10, 20, 40, 80, 160, 240, 360, 480];
const MAX_AGE_MS = 48 * 3_600_000;
const AMBIGUOUS_RETRY_MS = 60_000;

/** Interim: caps per route and workspace, and the basic meaning of replies. */
export function newGate(databases: Databases): Gate {
  const nextAt = new Map<string, number>();
  return {
    admit(run, _item, now) {
      const { route } = run.parts.pool;
      const caps = [
        { key: `route ${route.workspaceId}/${route.id}`, perSecond: route.maxPerSecond },
        {
          key: `workspace ${route.workspaceId}`,
          perSecond: workspaceCap(databases.system, route.workspaceId),
        },
      ];
      for (const { key, perSecond } of caps) {
        const at = nextAt.get(key) ?? 0;
        if (perSecond !== undefined && at > now) {
          const boundBy = `The ${key.split(" ")[0]} is limited to ${perSecond} messages a second.`;
          return { ok: false, retryAt: at, boundBy };
        }
      }
      for (const { key, perSecond } of caps) {
        if (perSecond !== undefined) {
          nextAt.set(key, Math.max(nextAt.get(key) ?? 0, now) + 1_000 / perSecond);
        }
      }
      return { ok: true };
    },
    judge: (_run, item, outcome, now) =>
      meaningOf(outcome, item.recipient.attempts, item.firstTriedAt ?? now, now),
  };
}

function meaningOf(
  outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
  attempts: number,
  firstTriedAt: number,
  now: number,
): Verdict {
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
