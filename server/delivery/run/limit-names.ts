import { type LimitKey, limitKey, limitLevels } from "../limiter/limit-state.ts";
import type { QueueLimit } from "../types.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

type Parts = { traffic: Traffic; dispatcher: Dispatcher; runs: Iterable<Run> };

/** Ends the suspension of the limit that a person named. @returns false when there was none. */
export function resumeNamed({ traffic, dispatcher, runs }: Parts, limit: QueueLimit, now: number) {
  const key = keyNamed(limit);
  const wasHeld = key !== undefined && traffic.limiter.resume(key, now);
  if (key !== undefined && wasHeld) {
    for (const run of runs) {
      unblock(run, key);
    }
    dispatcher.reopened(key);
  }
  return wasHeld;
}

/** Suspends the limit that a person named; one of no known level is left out. */
export function suspendNamed(
  { limiter }: Traffic,
  limit: QueueLimit,
  untilMs: number,
  reason: string,
): void {
  const key = keyNamed(limit);
  if (key !== undefined) {
    limiter.suspend(key, untilMs, reason);
  }
}

function keyNamed({ level, id }: QueueLimit): LimitKey | undefined {
  const known = limitLevels.find((name) => name === level);
  return known && limitKey(known, id);
}

/** Providers that were blocked because of the key are taken in hand again. */
function unblock({ blocked }: Run, { level, id }: LimitKey): void {
  for (const [provider, { boundBy }] of blocked) {
    if (boundBy.level === level && boundBy.id === id) {
      blocked.delete(provider);
    }
  }
}
