import { type BoundBy, type LimitKey, nameOf, type Refusal } from "./limiter.ts";
import { TimerWheel } from "./timer-wheel.ts";

/** An item that waits for a slot looks again after this long even if nobody calls it. */
const RECHECK_MS = 1_000;

type Parked = { boundBy: BoundBy; sinceMs: number; queue: string | undefined };

/**
 * Where those wait whom the limiter refused, so that nothing sleeps in a loop: until a time, or until
 * a message at the same key ends. Whoever drives it sets one timer, to `nextAt()`.
 */
export class WaitingRoom<T> {
  #wheel: TimerWheel<T>;
  #parked = new Map<T, Parked>();
  #queues = new Map<string, Set<T>>();

  constructor(now: number) {
    this.#wheel = new TimerWheel(now);
  }

  get size(): number {
    return this.#parked.size;
  }

  /** Lets the item wait for what the refusal names. */
  park(item: T, refusal: Refusal, now: number): void {
    this.leave(item);
    const queue = refusal.retryAtMs === undefined ? nameOf(refusal.boundBy) : undefined;
    this.#parked.set(item, { boundBy: refusal.boundBy, sinceMs: now, queue });
    this.#wheel.add(item, refusal.retryAtMs ?? now + RECHECK_MS);
    if (queue !== undefined) {
      const waiting = this.#queues.get(queue) ?? new Set();
      this.#queues.set(queue, waiting.add(item));
    }
  }

  /** What holds an item back, and since when; undefined when it does not wait. */
  boundBy(item: T): { boundBy: BoundBy; sinceMs: number } | undefined {
    return this.#parked.get(item);
  }

  /** Takes out those whose time has come; they ask the limiter again. */
  due(now: number): T[] {
    const items = this.#wheel.advance(now);
    for (const item of items) {
      this.leave(item);
    }
    return items;
  }

  /** A message at these keys has ended: takes out the one that waits longest at each. */
  freed(keys: readonly LimitKey[]): T[] {
    const items: T[] = [];
    for (const key of keys) {
      const [first] = this.#queues.get(nameOf(key)) ?? [];
      if (first !== undefined) {
        this.leave(first);
        items.push(first);
      }
    }
    return items;
  }

  /** Takes an item out, e.g. of a campaign that was paused. */
  leave(item: T): void {
    const queue = this.#parked.get(item)?.queue;
    if (queue !== undefined) {
      const waiting = this.#queues.get(queue);
      waiting?.delete(item);
      if (waiting?.size === 0) {
        this.#queues.delete(queue);
      }
    }
    this.#parked.delete(item);
    this.#wheel.remove(item);
  }

  /** Unix ms of the next `due`; undefined when nobody waits. */
  nextAt(): number | undefined {
    return this.#wheel.nextAt();
  }
}
