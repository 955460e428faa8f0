import { type LimitKey, limitKey, limitLevels } from "../limiter/limit-state.ts";
import type { QueueLimit } from "../types.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

type Parts = { traffic: Traffic; dispatcher: Dispatcher; runs: Iterable<Run> };

/** Ends the suspension of a limit named in a request. @returns false when there was none. */
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

/** Suspends a limit named in a request. An unknown level is ignored. */
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

/** Unblocks providers that were blocked because of this limit. */
function unblock({ blocked }: Run, { level, id }: LimitKey): void {
  for (const [provider, { boundBy }] of blocked) {
    if (boundBy.level === level && boundBy.id === id) {
      blocked.delete(provider);
    }
  }
}
