import { because, coded } from "../../platform/errors.ts";
import type { SmtpOutcome } from "../types.ts";
import type { Egress } from "./egress.ts";
import type { Envelope } from "./transaction.ts";

/** Time limit until the dot. A server can stay within every single time-out and still take forever. */
const ALONE_MS = 30_000;

/**
 * Sends one message through an egress of its own and closes that egress. The message is not in the journal, so nothing
 * has to be made durable before its dot.
 *
 * @param withinMs Time limit until the dot; after that the outcome is `broken`.
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
  const why = because("message_not_taken", { host: route.host, seconds: withinMs / 1_000 });
  return {
    kind: "broken",
    stage: "data",
    fault: "timeout",
    error: why.text,
    why: coded(why),
    host: route.host,
    durationMs: Math.round(performance.now() - startedAt),
  };
}
