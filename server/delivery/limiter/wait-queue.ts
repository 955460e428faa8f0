import { type BoundBy, type LimitKey, nameOf, type Refusal } from "./limit-state.ts";
import { TimerWheel } from "./timer-wheel.ts";

/** Who waits looks again after this long even if nobody calls. */
const RECHECK_MS = 1_000;

type Parked = { boundBy: BoundBy; sinceMs: number; untilMs: number | undefined; point: string };
/** In the order of their arrival; in front who was called and found nothing, and so has not had its turn. */
type Queue<T> = { front: Set<T>; back: Set<T> };
type WaitPoint<T> = {
  /** Waits for a time, not for a message to end. */
  isTimed: boolean;
  /** Those who wait, by group; the groups in the order of their arrival too. */
  groups: Map<unknown, Queue<T>>;
};

/**
 * Where those wait whom the limiter refused, so that nothing sleeps in a loop: at the point that refused
 * them, until a time or until a message at the same point ends. One of each group is called at a time, and
 * when it has not used up what there was, the next one: thousands that wait at one point cost as little
 * as one. Whoever drives it sets one timer, to `nextAt()`.
 */
export class WaitQueue<T> {
  #wheel: TimerWheel<string>;
  #groupOf: (item: T) => unknown;
  #parked = new Map<T, Parked>();
  #points = new Map<string, WaitPoint<T>>();
  /** Called, and not yet heard of again. */
  #called = new Map<T, string>();

  /** @param groupOf Who takes turns with each other at a point; all together unless said otherwise. */
  constructor(now: number, groupOf: (item: T) => unknown = () => undefined) {
    this.#wheel = new TimerWheel(now);
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#parked.size;
  }

  /** Lets the item wait for what the refusal names. @returns who is called in its stead. */
  park(item: T, refusal: Refusal, now: number): T[] {
    this.leave(item);
    const name = nameOf(refusal.boundBy);
    const wasCalled = this.#called.get(item) === name;
    const next = wasCalled ? this.#forget(item) : this.moved(item);
    const { boundBy, retryAtMs } = refusal;
    this.#parked.set(item, { boundBy, sinceMs: now, untilMs: retryAtMs, point: name });
    const point = this.#points.get(name) ?? { isTimed: false, groups: new Map() };
    point.isTimed = retryAtMs !== undefined;
    this.#points.set(name, point);
    const group = this.#groupOf(item);
    const waiting = point.groups.get(group) ?? { front: new Set(), back: new Set() };
    point.groups.set(group, waiting);
    (wasCalled ? waiting.front : waiting.back).add(item);
    this.#wheel.add(name, retryAtMs ?? now + RECHECK_MS);
    return next;
  }

  /** What holds an item back, since when and until when; undefined when it does not wait. */
  boundBy(item: T): { boundBy: BoundBy; sinceMs: number; untilMs: number | undefined } | undefined {
    return this.#parked.get(item);
  }

  /**
   * An item that was called goes its way, or has nothing to ask for. @returns who is called now: at a
   * timed point there may be more to have, at a full one what was not used.
   */
  moved(item: T, tookIt = false): T[] {
    const name = this.#called.get(item);
    if (name === undefined) {
      return [];
    }
    this.#called.delete(item);
    const point = this.#points.get(name);
    return point === undefined || (tookIt && !point.isTimed)
      ? []
      : this.#call(name, this.#groupOf(item));
  }

  /** Takes out those whose time has come; they ask the limiter again. */
  due(now: number): T[] {
    const items: T[] = [];
    for (const name of this.#wheel.advance(now)) {
      items.push(...this.#callEach(name));
      if (this.#points.has(name)) {
        this.#wheel.add(name, now + RECHECK_MS);
      }
    }
    return items;
  }

  /** A message at these keys has ended: takes out the one of each group that waits longest. */
  freed(keys: readonly LimitKey[]): T[] {
    let items: T[] | undefined;
    for (const key of this.#points.size === 0 ? [] : keys) {
      const point = this.#points.get(nameOf(key));
      if (point !== undefined && !point.isTimed) {
        items = [...(items ?? []), ...this.#callEach(nameOf(key))];
      }
    }
    return items ?? [];
  }

  /** The key admits again: takes out the first of each group, whatever it was waiting for. */
  reopened(key: LimitKey): T[] {
    return this.#callEach(nameOf(key));
  }

  /** Takes an item out, e.g. of a campaign that was paused. It may still be owed a `moved`. */
  leave(item: T): void {
    const parked = this.#parked.get(item);
    if (parked === undefined) {
      return;
    }
    this.#parked.delete(item);
    const point = this.#points.get(parked.point);
    const group = this.#groupOf(item);
    const waiting = point?.groups.get(group);
    waiting?.front.delete(item);
    waiting?.back.delete(item);
    if (waiting !== undefined && waiting.front.size + waiting.back.size === 0) {
      point?.groups.delete(group);
    }
    if (point?.groups.size === 0) {
      this.#points.delete(parked.point);
      this.#wheel.remove(parked.point);
    }
  }

  /** Unix ms of the next `due`; undefined when nobody waits. */
  nextAt(): number | undefined {
    return this.#wheel.nextAt();
  }

  #callEach(name: string): T[] {
    const groups = [...(this.#points.get(name)?.groups.keys() ?? [])];
    return groups.flatMap((group) => this.#call(name, group));
  }

  #call(name: string, group: unknown): T[] {
    const waiting = this.#points.get(name)?.groups.get(group);
    const [first] =
      waiting === undefined || waiting.front.size > 0 ? (waiting?.front ?? []) : waiting.back;
    if (first === undefined) {
      return [];
    }
    this.leave(first);
    this.#called.set(first, name);
    return [first];
  }

  #forget(item: T): T[] {
    this.#called.delete(item);
    return [];
  }
}
