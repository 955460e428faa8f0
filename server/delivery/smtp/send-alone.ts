import type { SmtpOutcome } from "../types.ts";
import type { Egress } from "./egress.ts";
import type { Envelope } from "./transaction.ts";

/** Until the dot; a server may keep every single time-out and still never come to an end. */
const ALONE_MS = 30_000;

/**
 * Sends one message by a way out of its own and closes that. Nothing remembers the message, so there is nothing to
 * make durable before its dot.
 *
 * @param withinMs How long it may take until the dot; after that the outcome is `broken`.
 */
export async function sendAlone(
  egress: Egress,
  message: Envelope,
  withinMs = ALONE_MS,
): Promise<SmtpOutcome> {
  const startedAt = performance.now();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), withinMs);
  try {
    const beforeDot = () => Promise.resolve();
    const outcome = await egress.send(message, { beforeDot, signal: late.signal });
    return outcome.kind === "abandoned" && late.signal.aborted
      ? tooSlow(egress, startedAt, withinMs)
      : outcome;
  } finally {
    clearTimeout(timer);
    void egress.close();
  }
}

function tooSlow({ route }: Egress, startedAt: number, withinMs: number): SmtpOutcome {
  return {
    kind: "broken",
    stage: "data",
    fault: "timeout",
    error: `${route.host} did not take the message within ${withinMs / 1_000} seconds`,
    host: route.host,
    durationMs: Math.round(performance.now() - startedAt),
  };
}
