import { type BoundBy, type LimitKey, nameOf, type Refusal } from "./limit-state.ts";
import { TimerWheel } from "./timer-wheel.ts";

/** How often waiting items retry even if no event has woken them. */
const RECHECK_MS = 1_000;

type Parked = { boundBy: BoundBy; sinceMs: number; untilMs: number | undefined; point: string };
/**
 * Waiting items in order of arrival. `front` contains items that were woken and refused again, so they keep their turn.
 */
type Queue<T> = { front: Set<T>; back: Set<T> };
type WaitPoint<T> = {
  /** True when the refusal named a time; false when capacity returns only when a message ends. */
  isTimed: boolean;
  /** Waiting items by group, the groups in order of arrival. */
  groups: Map<unknown, Queue<T>>;
};

/**
 * Holds the items that the limiter refused, so that nothing has to poll. An item waits at the limit that refused it
 * (its wait point) until the time that the refusal named, or until a message at the same limit ends. Only one item of
 * each group is woken at a time; the next one is woken if the first did not use up the capacity. Thousands of items
 * waiting at one limit therefore cost no more than one. The owner sets a single timer, to `nextAt()`.
 */
export class WaitQueue<T> {
  #wheel: TimerWheel<string>;
  #groupOf: (item: T) => unknown;
  #parked = new Map<T, Parked>();
  #points = new Map<string, WaitPoint<T>>();
  /** Woken items for which neither `park` nor `moved` has been called since, with the name of their wait point. */
  #called = new Map<T, string>();

  /** @param groupOf Items of the same group take turns at a wait point; by default all items are one group. */
  constructor(now: number, groupOf: (item: T) => unknown = () => undefined) {
    this.#wheel = new TimerWheel(now);
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#parked.size;
  }

  /** Makes the item wait at the limit named by the refusal. @returns the items to wake in its place. */
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

  /** What the item waits for, since when and until when; undefined when it does not wait. */
  boundBy(item: T): { boundBy: BoundBy; sinceMs: number; untilMs: number | undefined } | undefined {
    return this.#parked.get(item);
  }

  /**
   * Must be called when a woken item has been admitted (`tookIt`) or has nothing to send. @returns the items to wake
   * next: at a timed point there may be capacity for more; at any other point only if this item did not take it.
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

  /** Removes and returns the items whose time has come, so that the caller can try them again. */
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

  /** A message with these keys has ended: removes and returns the next item of each group. */
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

  /**
   * A suspension or cap of the key has ended: removes and returns the next item of each group, whatever it waits for.
   */
  reopened(key: LimitKey): T[] {
    return this.#callEach(nameOf(key));
  }

  /** Removes an item, e.g. of a paused campaign. If it has been woken, `moved` must still be called for it. */
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

  /** Steady ms at which `due` must be called next; undefined when no item waits. */
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
